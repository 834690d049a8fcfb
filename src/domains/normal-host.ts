import { domainToASCII } from 'node:url';

/**
 * A host in the one form in which hosts are compared: small letters, IDN as punycode (RFC 5891), without
 * port, dot at the end and leading `www.`.
 * @returns nothing for what is no host name; an address such as 127.0.0.1 is none either
 */
export function normalHost(text: string): string | undefined {
  const name = ascii(text.trim().replace(port, '').toLowerCase());
  const host = name.replace(/\.$/, '').replace(/^(www\.)+/, '');
  return host.length <= 253 && hostName.test(host) ? host : undefined;
}

/** This very machine, as every browser understands it (RFC 6761 section 6.3). */
export function isLocalHost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

/** What is ASCII and no punycode already, as nearly every host, stays as it is. */
function ascii(name: string): string {
  return /[^\x00-\x7f]|xn--/.test(name) ? domainToASCII(name) : name;
}

const port = /:\d{1,5}$/;

/** Labels of up to 63 characters, two or more of them except for `localhost`; the last one is no number. */
const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?';
const hostName = new RegExp(`^(localhost|(${label}\\.)+(?!\\d+$)${label})$`);
