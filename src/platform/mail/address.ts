import { MailRefused, type MailAddress } from './mailer.js';
import { oneLine } from './one-line.js';

/** One address: no list, no group, no name, no quoting, nothing that ends a header line. */
const oneAddress = /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}]+$/u;

export function isOneAddress(address: unknown): address is string {
  return typeof address === 'string' && address.length <= 254 && oneAddress.test(address);
}

/**
 * A recipient whom a mail can be addressed to, and nobody else (CVE-2023-7028: a list taken for one
 * address).
 * @throws MailRefused, for good, when it is not one address
 */
export function recipient({ name, address }: MailAddress): MailAddress {
  if (isOneAddress(address)) return { name: oneLine(name), address };
  throw new MailRefused({
    answer: 'not sent: not one e-mail address',
    permanent: true,
    forEverybody: false,
    mayHaveArrived: false,
  });
}

/** Reads a configured sender: `Keyturn <keyturn@example.org>`, or the address alone. */
export function parseMailbox(text: string): MailAddress {
  const [, name, address] = /^([^<]*)<([^>]+)>$/.exec(text.trim()) ?? [];
  return { name: oneLine(name ?? ''), address: address ?? text.trim() };
}

/** A Message-ID under the sender's host. @param local unique in the service, e.g. `<table>-<uuid>` */
export function messageIdOf(sender: string, local: string): string {
  const { address } = parseMailbox(sender);
  return `<${local}@${address.slice(address.lastIndexOf('@') + 1)}>`;
}
