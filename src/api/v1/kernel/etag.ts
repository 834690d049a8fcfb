import type { FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Problem } from '../../../platform/web/problems.js';

/** A strong tag of what can be changed about a thing (RFC 9110 section 8.8.3). */
export function etagOf(...parts: unknown[]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
  return `"${digest.slice(0, 22)}"`;
}

/**
 * Does the request mean the thing as it is now? Ask within the transaction that has it locked.
 * @throws Problem 428 without `If-Match` where it is required, 412 when the thing has changed
 */
export function checkMatch(
  { headers }: FastifyRequest,
  etag: string,
  needed: 'required' | 'optional',
): void {
  const sent = headers['if-match'];
  if (sent === undefined) {
    if (needed === 'optional') return;
    const text = 'Send If-Match with the ETag of what you mean to change.';
    throw new Problem(428, 'precondition_required', text);
  }
  const tags = sent.split(',').map((tag) => tag.trim());
  if (tags.includes('*') || tags.includes(etag)) return;
  const text = 'It has changed since you read it. Read it again, and decide anew.';
  throw new Problem(412, 'precondition_failed', text, { headers: { etag } });
}
