import { t } from '../platform/language/speaking.js';
import { dayMoment, dayText, type Moment } from '../platform/words.js';
import { runHref } from './hrefs.js';
import type { RemindersPage, State } from './models.js';
import type { AlarmRow, RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';

export function runLine(row: RunRow): RemindersPage['runs'][number] {
  const { due, sent, failed, skipped, noRecipient } = row;
  return {
    href: runHref(row.id),
    asOf: asOf(row),
    day: dayMoment(row.day),
    state: stateOf(row),
    due,
    sent,
    failed,
    skipped,
    noRecipient,
    duration: durationText(row),
    error: row.error ?? undefined,
    progress: row.running ? { done: sent + failed + skipped, of: due } : undefined,
  };
}

/** The time of the day that it answers for; with the day where it is another one. */
function asOf({ asOf, day }: RunRow): Moment {
  const { iso, text } = moment(asOf);
  const sameDay = `${dayText(day)}, `;
  return { iso, text: text.startsWith(sameDay) ? text.slice(sameDay.length) : text };
}

function stateOf({ error, failed, finishedAt, running }: RunRow): State {
  if (error) return { key: 'failed', text: t`Broke off` };
  if (running) return { key: 'due', text: t`At work` };
  if (!finishedAt) return { key: 'failed', text: t`Interrupted` };
  return failed > 0
    ? { key: 'failed', text: t`With failures` }
    : { key: 'done', text: t`Complete` };
}

function durationText({ startedAt, finishedAt }: RunRow): string {
  if (!finishedAt) return '–';
  const milliseconds = finishedAt.getTime() - startedAt.getTime();
  return milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`;
}

export function alarmLine(row: AlarmRow): RemindersPage['alarms'][number] {
  const { text, openedAt, closedAt, toldAt, answer } = row;
  return {
    text,
    opened: moment(openedAt),
    closed: closedAt ? moment(closedAt) : undefined,
    told: toldText(toldAt && moment(toldAt).text, answer),
  };
}

function toldText(at: string | null, answer: string | null): string {
  if (at) return t`told ${at} (${answer ?? ''})`;
  return answer ? t`not told: ${answer}` : t`not told`;
}
