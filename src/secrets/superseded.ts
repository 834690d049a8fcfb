import { isLive, type Standing } from './state.js';

export interface Usage extends Standing {
  createdAt: Date;
  /** Null also where the first use was before first uses were written down. */
  firstUsedAt: Date | null;
  lastUsedAt: Date | null;
}

/** A job that runs once a day is not taken for silent, not even when it starts some hours late. */
export const silentHours = 36;

/**
 * M7: another live secret of the same application, created later and expiring later, has
 * authenticated, and the old one has not since. "Since" counts from the first use of the newer one.
 * An old one that was used between is replaced once the newer one was used last and the old one has
 * been silent for 36 hours, so that of two secrets in steady use none is called replaced
 * (docs/adr/0006). In doubt it is not: people are reminded.
 * @param siblings the other secrets of the same application; the secret itself may be among them
 */
export function isSuperseded(
  secret: Omit<Usage, 'disabledAt' | 'deletedAt'>,
  siblings: readonly Usage[],
  now: Date,
): boolean {
  return siblings.some(
    (other) =>
      isLive(other, now) &&
      other.createdAt <= now &&
      other.createdAt > secret.createdAt &&
      other.expiresAt > secret.expiresAt &&
      isUsedInstead(secret, other, now),
  );
}

function isUsedInstead(
  { lastUsedAt }: Pick<Usage, 'lastUsedAt'>,
  other: Usage,
  now: Date,
): boolean {
  if (other.lastUsedAt === null) return false;
  if (lastUsedAt === null || lastUsedAt < (other.firstUsedAt ?? other.lastUsedAt)) return true;
  const silence = now.getTime() - lastUsedAt.getTime();
  return lastUsedAt < other.lastUsedAt && silence >= silentHours * 3_600_000;
}

/** The same as SQL: the rows `newer` and `old` are secrets of one application. */
export const supersedes = (newer: string, old: string, now: string) => `
  (${newer}.deleted_at is null and ${newer}.disabled_at is null and ${newer}.expires_at > ${now}
    and ${newer}.created_at <= ${now} and ${newer}.created_at > ${old}.created_at
    and ${newer}.expires_at > ${old}.expires_at and ${newer}.last_used_at is not null
    and (${old}.last_used_at is null
      or ${old}.last_used_at < coalesce(${newer}.first_used_at, ${newer}.last_used_at)
      or ${old}.last_used_at < ${newer}.last_used_at
        and ${old}.last_used_at <= ${now}::timestamptz - interval '${silentHours} hours'))`;
