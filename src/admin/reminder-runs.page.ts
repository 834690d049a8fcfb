import { dayMoment } from '../platform/words.js';
import type { RemindersPage, State } from './models.js';
import type { RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';

export function runLine(row: RunRow): RemindersPage['runs'][number] {
  const { due, sent, failed, skipped, noRecipient } = row;
  return {
    asOf: moment(row.asOf),
    day: dayMoment(row.day),
    state: stateOf(row),
    due,
    sent,
    failed,
    skipped,
    noRecipient,
    duration: durationText(row),
    error: row.error ?? undefined,
  };
}

function stateOf({ error, failed, finishedAt }: RunRow): State {
  if (error) return { key: 'failed', text: 'Broke off' };
  if (!finishedAt) return { key: 'due', text: 'Not finished' };
  return failed > 0 ? { key: 'failed', text: 'With failures' } : { key: 'done', text: 'Complete' };
}

function durationText({ startedAt, finishedAt }: RunRow): string {
  if (!finishedAt) return '–';
  const milliseconds = finishedAt.getTime() - startedAt.getTime();
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}
