import { t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';
import { addDays, parseUtcDay, startOf, type UtcDay } from '../platform/utc-day.js';
import type { Level } from '../users/permissions.js';

export interface RoleTerms {
  /** Who in the organisation confirmed it, and on which day YYYY-MM-DD (R5); of the platform there is none. */
  confirmedBy?: string;
  confirmedOn?: string;
  /** The last day of the role, YYYY-MM-DD, or empty for no end (R3). */
  lastDay?: string;
}

/** Later ones are slips of the hand, and days beyond the year 9999 cannot be told apart. */
const latestEnd = '2999-12-31' as UtcDay;

/**
 * On whose word a role is given (R5), and until when (R3).
 * @param level where the role holds
 * @throws Invalid with all problems at once
 */
export function checkedTerms(
  { confirmedBy = '', confirmedOn = '', lastDay = '' }: RoleTerms,
  today: UtcDay,
  level: Level,
) {
  const needsWord = level !== 'platform';
  const confirmed = parseUtcDay(confirmedOn);
  const last = lastDay ? parseUtcDay(lastDay) : null;
  refuse({
    confirmedBy: needsWord ? problemOfConfirmer(confirmedBy) : undefined,
    confirmedOn:
      needsWord && (!confirmed || confirmed > today)
        ? () => t`When was it confirmed? Choose today or an earlier day.`
        : undefined,
    lastDay: problemOfLastDay(last, today),
  });
  return {
    confirmedBy: needsWord ? cleanName(confirmedBy) : null,
    confirmedOn: needsWord ? confirmed! : null,
    endsAt: last ? startOf(addDays(last, 1)) : null,
  };
}

function problemOfConfirmer(name: string): Words | undefined {
  return name.trim() === ''
    ? () => t`Type who in the organisation confirmed it.`
    : problemOfName(name);
}

export function problemOfLastDay(
  last: UtcDay | null | undefined,
  today: UtcDay,
): Words | undefined {
  if (last === null) return undefined;
  if (last === undefined || last < today) {
    return () => t`Choose today or a later day, or leave it empty.`;
  }
  return last > latestEnd
    ? () => t`Choose a day before the year 3000, or leave it empty.`
    : undefined;
}
