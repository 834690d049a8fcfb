import { utcDay } from '../../platform/utc-day.js';
import type { Entry } from '../plan.js';

export type Values = Record<string, string | null | undefined>;

/** The fields that differ; nothing and an empty text are the same. */
export function changesOf(before: object, after: Values): Entry['changes'] {
  return Object.entries(after)
    .map(([field, to]) => ({ field, from: (before as Values)[field] ?? '', to: to ?? '' }))
    .filter(({ from, to }) => from !== to);
}

/** The day before the exclusive end. */
export function lastDayOf(endsAt: Date | null): string | null {
  return endsAt && utcDay(new Date(endsAt.getTime() - 1));
}
