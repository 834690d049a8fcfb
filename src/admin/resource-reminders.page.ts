import { t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { dayMoment, distanceText, momentOf } from '../platform/words.js';
import { acknowledgementText, counts } from '../reminders/acknowledgement.js';
import type { Ending } from '../reminders/endings.query.js';
import type { ForecastMail } from '../reminders/forecasts.service.js';
import { label } from '../reminders/milestones.js';
import { outcomeText } from '../reminders/outcomes.js';
import type { LedgerRow } from '../reminders/reminders.query.js';
import { serverSecretHref } from './hrefs.js';
import type { ResourcePage, ServerSecretLine } from './models.js';
import type { ResourceRow, ServerSecret } from './resources.query.js';
import { answerText } from '../reminders/answer-words.js';

/** What was mailed about the secrets of a resource server, and what will be. */
export interface ServerReminders {
  ledger: LedgerRow[];
  mails: ForecastMail[];
  /** Its secrets as the run sees them; those that nobody is mailed about are missing. */
  endings: Ending[];
}

/** The run's own rule says when, so it agrees with the page of the forecast. */
export function nextMail(
  { id, disabledAt }: ServerSecret,
  mails: readonly ForecastMail[],
  now: Date,
): ServerSecretLine['nextMail'] {
  if (disabledAt) return { text: t`None while it is switched off` };
  const next = mails.find(({ items }) => items.some(({ ending }) => ending.id === id));
  if (!next) return { text: t`No more` };
  const day = utcDay(next.at);
  if (!next.recipient) return { text: t`Nobody to be mailed`, day: dayMoment(day) };
  return { text: distanceText(day, utcDay(now)), day: dayMoment(day) };
}

/** What people in IT say about it (docs/adr/0040). */
export function answersTo(
  { id }: ServerSecret,
  endings: readonly Ending[],
  now: Date,
): ServerSecretLine['said'] {
  const ending = endings.find((each) => each.id === id);
  return (ending?.acknowledgements ?? []).map((said) => ({
    text: acknowledgementText(said, ending!, now),
    counts: counts(said, ending!, now),
  }));
}

export function reminderLines(
  { id, secrets }: ResourceRow,
  ledger: readonly LedgerRow[],
): ResourcePage['reminders'] {
  const names = new Map(secrets.map(({ id, name }) => [id, name]));
  return ledger.map((row) => ({
    at: momentOf(row.attemptedAt ?? row.plannedAt),
    secret: names.get(row.secretId)!,
    milestone: label(row.milestone),
    recipient: row.address ?? undefined,
    outcome: { key: row.state, text: outcomeText(row.state) },
    answer: row.serverAnswer ? answerText(row.serverAnswer) : undefined,
    mailHref: row.mailId ? `${serverSecretHref(id, row.secretId)}/mails/${row.mailId}` : undefined,
  }));
}
