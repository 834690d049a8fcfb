import { type Moment, momentOf } from '../platform/words.js';
import { refusalReasons } from './refusal-words.js';
import type { RefusalReason } from './secret-use.entity.js';

/** As JSON gives it: the instant is text. */
export interface RefusedCallRow {
  at: string;
  reason: RefusalReason;
  secret: string | null;
  address: string;
}

/** A refused call in words, with the true reason (T4). */
export interface RefusedCallLine {
  at: Moment;
  reason: string;
  /** Name of the secret, where it is one of this application or resource server. */
  secret?: string;
  address: string;
}

/**
 * As SQL: the last refused calls as JSON, the newest first.
 * @param whose says which calls `c` it is that count
 */
export const lastRefused = (whose: string, atMost: number) => `
  (select coalesce(json_agg(json_build_object('at', c.at, 'reason', c.reason, 'secret', c.name,
      'address', c.address) order by c.id desc), '[]')
    from (select c.id, c.at, c.reason, c.address, s.name
      from refused_calls c left join secrets s on s.id = c.secret_id
      where ${whose} order by c.id desc limit ${atMost}) c)`;

export function refusedLine({ at, reason, secret, address }: RefusedCallRow): RefusedCallLine {
  return {
    at: momentOf(new Date(at)),
    reason: refusalReasons[reason](),
    secret: secret ?? undefined,
    address,
  };
}
