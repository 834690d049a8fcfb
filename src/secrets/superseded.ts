import { isLive, type Standing } from './state.js';

export interface Usage extends Standing {
  createdAt: Date;
  lastUsedAt: Date | null;
}

/**
 * M7: another live secret of the same application, created later and expiring later, has
 * authenticated, and the old one has not since. Only the last use of each is known, so "since" means:
 * the old one's last use lies before the newer one's. At the same instant it is not superseded: when
 * in doubt, people are reminded.
 * @param siblings the other secrets of the same application; the secret itself may be among them
 */
export function isSuperseded(secret: Usage, siblings: readonly Usage[], now: Date): boolean {
  return siblings.some(
    (other) =>
      isLive(other, now) &&
      other.createdAt <= now &&
      other.createdAt > secret.createdAt &&
      other.expiresAt > secret.expiresAt &&
      other.lastUsedAt !== null &&
      (secret.lastUsedAt === null || secret.lastUsedAt < other.lastUsedAt),
  );
}
