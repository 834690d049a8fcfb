import type { SignedHead } from './audit-check.service.js';

/**
 * Finds a head in what was kept: the line that `keyturn audit head` printed, or the mail with it, saved as
 * it came.
 * @throws RangeError that says what is expected
 */
export function keptHead(text: string): SignedHead {
  // Long lines of a mail are broken with "=" (RFC 2045 section 6.7).
  const found = /\{"position":.*?\}/.exec(text.replace(/=\r?\n/g, ''));
  let head: Partial<SignedHead> = {};
  try {
    if (found) head = JSON.parse(found[0]) as Partial<SignedHead>;
  } catch {
    // Told below.
  }
  const { position, hash, at, signature } = head;
  const texts = [hash, at, signature].every((part) => typeof part === 'string');
  if (Number.isSafeInteger(position) && texts) return head as SignedHead;
  throw new RangeError(
    '--head is neither a head that "keyturn audit head" printed nor a mail with one.',
  );
}
