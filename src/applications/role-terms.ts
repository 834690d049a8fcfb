import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';
import { addDays, parseUtcDay, startOf, type UtcDay } from '../platform/utc-day.js';
import type { Role } from './role-assignment.entity.js';

export interface RoleTerms {
  role: Role;
  /** Who in the organisation confirmed it, and on which day YYYY-MM-DD (R5); not needed for IT. */
  confirmedBy?: string;
  confirmedOn?: string;
  /** The last day of the role, YYYY-MM-DD, or empty for no end (R3). */
  lastDay?: string;
}

/** Later ones are slips of the hand, and days beyond the year 9999 cannot be told apart. */
const latestEnd = '2999-12-31' as UtcDay;

/**
 * On whose word a role is given (R5), and until when (R3).
 * @throws Invalid with all problems at once
 */
export function checkedTerms(
  { role, confirmedBy = '', confirmedOn = '', lastDay = '' }: RoleTerms,
  today: UtcDay,
) {
  const fields: Record<string, string> = {};
  const confirmed = parseUtcDay(confirmedOn);
  if (role !== 'it') {
    const problem = problemOfName(confirmedBy);
    if (problem) {
      fields.confirmedBy =
        confirmedBy.trim() === '' ? 'Type who in the organisation confirmed it.' : problem;
    }
    if (!confirmed || confirmed > today) {
      fields.confirmedOn = 'When was it confirmed? Choose today or an earlier day.';
    }
  }
  const last = lastDay ? parseUtcDay(lastDay) : null;
  if (last === undefined || (last && last < today)) {
    fields.lastDay = 'Choose today or a later day, or leave it empty.';
  }
  if (last && last > latestEnd) {
    fields.lastDay = 'Choose a day before the year 3000, or leave it empty.';
  }
  if (Object.keys(fields).length > 0) throw new Invalid(fields);
  return {
    confirmedBy: role === 'it' ? null : cleanName(confirmedBy),
    confirmedOn: role === 'it' ? null : confirmed!,
    endsAt: last ? startOf(addDays(last, 1)) : null,
  };
}
