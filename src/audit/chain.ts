import { createHash } from 'node:crypto';

/** What stands before the first link. */
export const noHash = Buffer.alloc(32);

/** The hash of a link: over the one before it and the content of its event. */
export function linkHash(before: Buffer, content: string): Buffer {
  return createHash('sha256').update(before).update(content, 'utf8').digest();
}

/** What goes into the hash, in this order; a later column is not part of it. */
const parts = [
  'e.id::text',
  '(extract(epoch from e.at) * 1000000)::bigint::text',
  'e.actor_id::text',
  'e.actor_name',
  'e.action',
  'e.subject_kind',
  'e.subject_id::text',
  'e.subject_name',
  'e.application_id::text',
  'e.organisation_id::text',
  'e.outcome',
  'e.detail::text',
  'e.address',
];

/**
 * The content of an event `e` as one text: each part with its length in bytes, `-` for none. The same
 * is written in the database's function `audit_content`, which the check does not rely on.
 */
export const contentSql = parts
  .map((part) => `coalesce(octet_length(${part})::text || ':' || ${part}, '-')`)
  .join(` || ',' || `);

/** A link as the check reads it; `content` is null where its event is gone. */
export interface LinkRow {
  position: string;
  eventId: string;
  hash: Buffer;
  content: string | null;
}

/** The first place where the chain is broken. */
export interface Break {
  position: number;
  eventId?: string;
  problem: 'altered' | 'removed' | 'missing' | 'cut' | 'added' | 'head';
}

/** Walks along the chain, link by link. */
export class ChainWalk {
  position = 0;
  hash: Buffer = noHash;

  /** @returns what is wrong with this link, if anything */
  step({ position, eventId, hash, content }: LinkRow): Break | undefined {
    const expected = this.position + 1;
    if (Number(position) !== expected) return { position: expected, problem: 'missing' };
    if (content === null) return { position: expected, eventId, problem: 'removed' };
    if (!linkHash(this.hash, content).equals(hash)) {
      return { position: expected, eventId, problem: 'altered' };
    }
    this.position = expected;
    this.hash = hash;
    return undefined;
  }

  /** Compares the end of the walk with the recorded head. */
  end(head: { position: number; hash: Buffer }): Break | undefined {
    if (head.position > this.position) return { position: this.position + 1, problem: 'cut' };
    if (head.position < this.position) return { position: head.position + 1, problem: 'added' };
    return head.hash.equals(this.hash) ? undefined : { position: head.position, problem: 'head' };
  }
}

/** A break in words, for the operator. */
export function breakText({ position, eventId, problem }: Break): string {
  const event = eventId === undefined ? '' : `, event ${eventId}`;
  return {
    altered: `Link ${position}${event}: the event or its link was altered, swapped or replaced.`,
    removed: `Link ${position}${event}: the event was removed.`,
    missing: `Link ${position}: the link was removed.`,
    cut: `Link ${position}: the end of the chain is missing from here on.`,
    added: `${position > 0 ? `Link ${position}` : 'Outside the chain'}${event}: this was added past the service.`,
    head: `Link ${position}: the recorded head does not fit the chain.`,
  }[problem];
}
