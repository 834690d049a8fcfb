import { isIP } from 'node:net';
import { t, type Words } from '../language/speaking.js';
import { isPublicAddress } from './public-address.js';

export interface Reach {
  /** Whether `http:` is taken as well; never in production. */
  http: boolean;
  /** Networks that are let through although they are not public. */
  allowed: readonly string[];
}

/** Characters of an address at most. */
const longest = 2_000;

/**
 * What is wrong with an address that messages shall be sent to, as far as it can be seen without a
 * resolver. The parser has turned decimal, octal and hexadecimal spellings of an address into its usual one.
 */
export function problemOfTarget(text: string, { http, allowed }: Reach): Words | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const schemes = http ? ['https:', 'http:'] : ['https:'];
  if (!url || !schemes.includes(url.protocol)) {
    return http
      ? () => t`Give the whole address, with https:// or http:// in front.`
      : () => t`Give the whole address, with https:// in front.`;
  }
  if (text.length > longest) return () => t`The address has more than ${longest} characters.`;
  if (url.username || url.password) {
    return () =>
      t`Leave user name and password out of the address. The signature says who is calling.`;
  }
  if (url.hash || text.endsWith('#')) return () => t`Leave out the part after #. It is never sent.`;
  const address = literalOf(url);
  if (address !== undefined && !isPublicAddress(address, allowed)) return noPublicAddress;
  return undefined;
}

/** The same for a name without a public address as for one without any: nobody learns of inner names. */
export const noPublicAddress = () =>
  t`This cannot be reached from the Internet: the name is not known, or it leads to a network that is not public.`;

/** The address that a URL names instead of a host. */
export function literalOf({ hostname }: URL): string | undefined {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(bare) ? bare : undefined;
}
