import { addCalendarMonths, startOf, utcDay } from '../platform/utc-day.js';
import { lastDay } from './expiry.js';

export type State = 'active' | 'expiring' | 'off' | 'expired' | 'deleted' | 'superseded';

export interface Standing {
  expiresAt: Date;
  disabledAt: Date | null;
  deletedAt: Date | null;
}

/** Works now, as far as it depends on the secret: not deleted, not off, not at its end. */
export function isLive({ expiresAt, disabledAt, deletedAt }: Standing, now: Date): boolean {
  return deletedAt === null && disabledAt === null && now < expiresAt;
}

/** Its creator asked again with the same key: the answer with the value had not arrived. */
export function neverRetrieved(secret: { lostAt: Date | null; lastUsedAt: Date | null }): boolean {
  return secret.lostAt !== null && secret.lastUsedAt === null;
}

/**
 * S11, computed and never stored. The first that fits: deleted, expired, off, superseded, expiring,
 * active. Expiring goes by UTC days, so that it does not change within a day: the last day is less
 * than one calendar month (clamped) from today; on 31 January the 27th of February is, the 28th is
 * not.
 */
export function secretState(secret: Standing & { superseded: boolean }, now: Date): State {
  if (secret.deletedAt) return 'deleted';
  if (now >= secret.expiresAt) return 'expired';
  if (secret.disabledAt) return 'off';
  if (secret.superseded) return 'superseded';
  const inAMonth = utcDay(addCalendarMonths(startOf(utcDay(now)), 1));
  return lastDay(secret.expiresAt) < inAMonth ? 'expiring' : 'active';
}
