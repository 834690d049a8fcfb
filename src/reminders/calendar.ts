import type { DayEvent } from '../platform/i-calendar.js';
import { plural, t } from '../platform/language/speaking.js';
import { oneLine } from '../platform/mail/one-line.js';
import { startOf, utcDay, type UtcDay } from '../platform/utc-day.js';
import { endText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import type { End } from './calendar-feed.query.js';
import type { ForecastMail } from './forecasts.service.js';
import { label } from './milestones.js';
import { hrefOf } from './reminder-words.js';

/** Where the entries lead, and whose they are. */
export interface CalendarPlace {
  feedId: string;
  /** Without a slash at its end. */
  url: string;
}

/** The last day of a secret. It stays the same as long as the secret does. */
export function endEvent(end: End, now: Date, { url }: CalendarPlace): DayEvent {
  const name = oneLine(end.name);
  const { owner } = end;
  const over = end.expiresAt <= now;
  const until = endText(end.expiresAt);
  return {
    uid: `end-${end.id}@${new URL(url).hostname}`,
    day: lastDay(end.expiresAt),
    summary: over
      ? t`Secret ended: ${name} (${owner.name})`
      : t`Secret ends: ${name} (${owner.name})`,
    description: [
      over
        ? t`The secret “${name}” of ${owner.name} worked until ${until}.`
        : t`The secret “${name}” of ${owner.name} works until ${until}.`,
      t`Client ID: ${owner.clientId}`,
    ].join('\n'),
    url: end.seen ? hrefOf(end, { PUBLIC_URL: url }) : `${url}/forecast`,
    stamp: end.createdAt,
  };
}

/** One entry for each day on which mails go out: about what, and to whom, by name. */
export function mailEvents(
  mails: readonly ForecastMail[],
  now: Date,
  { feedId, url }: CalendarPlace,
): DayEvent[] {
  const days = new Map<UtcDay, Map<string, { text: string; names: string[] }>>();
  for (const { at, recipient, items } of mails) {
    const day = utcDay(at);
    const lines = days.get(day) ?? new Map<string, { text: string; names: string[] }>();
    days.set(day, lines);
    for (const { ending, milestone } of items) {
      const key = `${ending.id} ${milestone}`;
      const text = t`“${oneLine(ending.name)}” of ${ending.owner.name}, ${label(milestone)}`;
      const line = lines.get(key) ?? { text, names: [] };
      lines.set(key, line);
      if (recipient) line.names.push(oneLine(recipient.name));
    }
  }
  return [...days].map(([day, lines]) => ({
    uid: `mails-${day}-${feedId}@${new URL(url).hostname}`,
    day,
    summary: plural(
      lines.size,
      t`Reminder mails about ${lines.size} secret`,
      t`Reminder mails about ${lines.size} secrets`,
    ),
    description: [...lines.values()]
      .map(
        ({ text, names }) => `${text}: ${names.length > 0 ? names.join(', ') : t`nobody to mail`}`,
      )
      .join('\n'),
    url: `${url}/forecast`,
    // The forecast is made anew each day.
    stamp: startOf(utcDay(now)),
  }));
}
