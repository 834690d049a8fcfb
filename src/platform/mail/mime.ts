import { randomUUID } from 'node:crypto';
import { domainToASCII } from 'node:url';
import type { MailAddress } from './mailer.js';

/** A header line, its name and its value as it is sent. */
export type HeaderLine = [name: string, value: string];

/**
 * A mail with a text and an HTML part, as bytes for the wire: lines of ASCII that end in CRLF. Several
 * times as fast as a general composer, and a mail is most of what a run costs.
 * @throws RangeError for a header that would not stay one header, whatever was put into it
 */
export function mimeMessage(headers: readonly HeaderLine[], text: string, html: string): string {
  const boundary = `=_${randomUUID()}`;
  const parts = [
    ['plain', text],
    ['html', html],
  ].map(
    ([type, body]) =>
      `--${boundary}\r\nContent-Type: text/${type}; charset=utf-8\r\n` +
      `Content-Transfer-Encoding: quoted-printable\r\n\r\n${quotedPrintable(body!)}\r\n`,
  );
  const head: HeaderLine[] = [
    ...headers,
    ['MIME-Version', '1.0'],
    ['Content-Type', `multipart/alternative; boundary="${boundary}"`],
  ];
  return `${head.map(headerLine).join('\r\n')}\r\n\r\n${parts.join('')}--${boundary}--\r\n`;
}

/** Printable ASCII, folded only where a space follows: nothing that is put in can begin a new header. */
const oneHeader = /^[\x21-\x7e][\x20-\x7e]*(?:\r\n [\x21-\x7e][\x20-\x7e]*)*$/;
const name = /^[A-Za-z][A-Za-z-]*$/;

function headerLine([field, value]: HeaderLine): string {
  const line = `${field}: ${value}`;
  if (!name.test(field) || !oneHeader.test(value) || line.length > 50_000) {
    throw new RangeError(`The header ${JSON.stringify(field)} cannot be written`);
  }
  return line;
}

const plain = /^[\x21-\x7e](?:[\x20-\x7e]{0,900}[\x21-\x7e])?$/;

/** A free text in a header: as it is, or as encoded words (RFC 2047). */
export function headerText(text: string): string {
  return plain.test(text) && !text.includes('=?') ? text : encodedWords(text);
}

/** `"Name" <address>`, or the address alone; undefined when the address needs more than ASCII. */
export function headerAddress({ name: display, address }: MailAddress): string | undefined {
  const ascii = asciiAddress(address);
  if (ascii === undefined || display === '') return ascii && `<${ascii}>`;
  const shown =
    plain.test(display) && !display.includes('=?')
      ? `"${display.replace(/["\\]/g, '\\$&')}"`
      : encodedWords(display);
  return `${shown} <${ascii}>`;
}

export function asciiAddress(address: string): string | undefined {
  const at = address.lastIndexOf('@');
  const domain = domainToASCII(address.slice(at + 1));
  const local = address.slice(0, at);
  return domain && /^[\x21-\x7e]+$/.test(local) ? `${local}@${domain}` : undefined;
}

/** Of 45 bytes at most, never in the middle of a character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  words.push(word);
  return words.map((each) => `=?UTF-8?B?${Buffer.from(each).toString('base64')}?=`).join('\r\n ');
}

/** RFC 2045: lines of 76 characters at most; everything but printable ASCII by its bytes. */
export function quotedPrintable(text: string): string {
  return text.split(/\r?\n/).map(quotedLine).join('\r\n');
}

/**
 * Most lines of a mail are those of its template, the same in every mail. A line with a link is not
 * kept: it is of one mail, and can hold a power.
 */
const known = new Map<string, string>();
const knownAtMost = 500;

function quotedLine(line: string): string {
  const before = known.get(line);
  if (before !== undefined) return before;
  const quoted = foldedLine(line);
  if (!line.includes('://')) {
    if (known.size >= knownAtMost) known.clear();
    known.set(line, quoted);
  }
  return quoted;
}

function foldedLine(line: string): string {
  let rest = Buffer.from(line)
    .toString('latin1')
    .replace(/[^\t\x20-\x3c\x3e-\x7e]|[\t ]$/g, hex);
  const lines: string[] = [];
  while (rest.length > 76) {
    const cut = 75 - (rest[74] === '=' ? 1 : rest[73] === '=' ? 2 : 0);
    lines.push(`${rest.slice(0, cut)}=`);
    rest = rest.slice(cut);
  }
  return [...lines, rest].join('\r\n');
}

function hex(character: string): string {
  return `=${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
