const second = 1_000;
const hour = 3_600 * second;

/** A message that nobody took in three days is given up. */
export const giveUpAfter = 72 * hour;

/**
 * Milliseconds until the next attempt: as long again as it has been tried in vain, so each pause is about twice
 * the one before, from five seconds to an hour.
 * @param since when the message was due first, or the endpoint began to fail
 */
export function pauseAfter(since: Date, now: Date): number {
  const age = now.getTime() - since.getTime();
  return Math.min(Math.max(age, 5 * second), hour);
}
