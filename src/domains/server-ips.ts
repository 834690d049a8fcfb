import { BlockList, isIP, isIPv4 } from 'node:net';
import { remembered } from '../platform/remembered.js';

/**
 * An address or a network in the form in which it is kept: networks without bits behind their length,
 * IPv6 in small letters and shortest form (RFC 5952), IPv4 in IPv6 as IPv4.
 * @returns nothing for what is neither, and for all addresses there are: that is no list at all
 */
export function normalNetwork(text: string): string | undefined {
  const [, address = '', length] = /^\s*([\da-f.:]{2,45})(?:\/(\d{1,3}))?\s*$/i.exec(text) ?? [];
  if (isIP(address) === 0) return undefined;
  const whole = bytesOf(address);
  const inV4 = isMapped(whole) && (isIPv4(address) || Number(length ?? 128) >= 96);
  const bytes = inV4 ? whole.slice(12) : whole;
  const most = bytes.length * 8;
  const bits = length === undefined ? most : Number(length) - (isIPv4(address) || !inV4 ? 0 : 96);
  if (bits < 1 || bits > most) return undefined;
  const start = textOf(bytes.map((byte, at) => byte & maskOf(bits - at * 8)));
  return bits === most ? start : `${start}/${bits}`;
}

/**
 * Whether a caller's address is in a list of such entries.
 * @param address of a connection, perhaps with a zone or IPv4 in IPv6; whatever it is, it never fails
 */
export function isListed(address: string, entries: readonly string[]): boolean {
  return judged(`${address} ${entries.join()}`);
}

/** The same servers call again and again. Neither an address nor an entry has a space in it that counts. */
const judged = remembered((text) => {
  const space = text.lastIndexOf(' ');
  return isIn(text.slice(0, space), listOf(text.slice(space + 1)));
});

function isIn(address: string, list: BlockList): boolean {
  const plain = address.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const family = isIP(plain);
  return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6');
}

const listOf = remembered((text) => {
  const list = new BlockList();
  for (const entry of text.split(',')) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
});

/** Sixteen bytes; of IPv4, those of its form in IPv6 (RFC 4291 section 2.5.5.2). */
function bytesOf(address: string): number[] {
  if (isIPv4(address)) return [...mapped, ...address.split('.').map(Number)];
  const { hostname } = new URL(`http://[${address}]`);
  const [head = '', tail] = hostname.slice(1, -1).split('::');
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const between = Array<number>(8 - first.length - last.length).fill(0);
  return [...first, ...between, ...last].flatMap((group) => [group >> 8, group & 255]);
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => parseInt(group, 16));
}

function textOf(bytes: number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = bytes.flatMap((byte, at) =>
    at % 2 === 0 ? [((byte << 8) | bytes[at + 1]!).toString(16)] : [],
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

const mapped = [...Array<number>(10).fill(0), 255, 255];

function isMapped(bytes: number[]): boolean {
  return mapped.every((byte, at) => bytes[at] === byte);
}

/** Of a byte of which so many bits count. */
function maskOf(bits: number): number {
  return (255 << (8 - Math.min(8, Math.max(0, bits)))) & 255;
}
