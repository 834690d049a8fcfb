import type { Viewer } from '../authentication/viewer.js';
import { plural, t } from '../platform/language/speaking.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import { dayMoment, distanceText, timeText } from '../platform/words.js';
import type { Ending } from '../reminders/endings.query.js';
import type { Forecast, ForecastMail } from '../reminders/forecasts.service.js';
import { label } from '../reminders/milestones.js';
import { resourceHref, secretHref } from './hrefs.js';
import type { ForecastMailLine, ForecastPage } from './models.js';

/** Days that can be looked ahead. */
export const forecastChoices = [7, 30, 90, 366] as const;

export function forecastPage(
  { mails, cut }: Forecast,
  viewer: Viewer,
  now: Date,
  days: number,
): ForecastPage {
  const today = utcDay(now);
  const byDay = new Map<string, ForecastMail[]>();
  const shown = viewer.may.has('applications.see')
    ? mails
    : mails.filter(({ recipient }) => recipient?.id === viewer.id);
  for (const mail of shown) byDay.set(mail.day, [...(byDay.get(mail.day) ?? []), mail]);
  return {
    intro: introFor(viewer),
    calendarHref: hasCalendar(viewer) ? '/forecast/calendar' : undefined,
    choices: forecastChoices.map((count) => ({
      text: count === 366 ? t`One year` : t`${count} days`,
      href: `/forecast?days=${count}`,
      current: count === days,
    })),
    days: [...byDay].map(([day, ofDay]) => ({
      day: dayMoment(day as UtcDay),
      when: distanceText(day as UtcDay, today),
      mails: ofDay.map((mail) => mailLine(mail, viewer)),
    })),
    count: countText(shown),
    cut: cut ? t`There are more secrets than fit here. Those that end first are shown.` : undefined,
  };
}

/** A calendar feed holds what one is reminded of; for IT these are the secrets of resource servers. */
export function hasCalendar({ may }: Viewer): boolean {
  return may.has('reminders.receive');
}

function introFor({ it, orgAdmin, manager, may }: Viewer): string {
  if (it) {
    return t`The reminder mails about all applications and resource servers, as they will go out if nothing changes: no secret is created, used or deleted, and nobody comes or goes.`;
  }
  if (!orgAdmin && !manager) {
    return may.has('applications.see')
      ? t`The reminder mails about the applications you see, as they will go out if nothing changes: no secret is created, used or deleted, and nobody comes or goes.`
      : t`The reminder mails that you will get if nothing changes: no secret is created, used or deleted, and nobody comes or goes.`;
  }
  return orgAdmin
    ? t`The reminder mails about the applications of your organisation, as they will go out if nothing changes: no secret is created, used or deleted, and nobody comes or goes.`
    : t`The reminder mails about the applications you manage, as they will go out if nothing changes: no secret is created, used or deleted, and nobody comes or goes.`;
}

function mailLine({ at, recipient, items }: ForecastMail, { may }: Viewer): ForecastMailLine {
  return {
    recipient: recipient && { name: recipient.name, email: recipient.address },
    time: timeText(at),
    secrets: items.map(({ ending, milestone }) => ({
      name: ending.name,
      hint: ending.hint,
      href: may.has('applications.see') ? hrefOf(ending) : undefined,
      owner: ending.owner.name,
      milestone: label(milestone),
    })),
  };
}

/** The secrets of a resource server have no page of their own. */
function hrefOf({ id, owner }: Ending): string {
  return owner.kind === 'application' ? secretHref(owner.id, id) : resourceHref(owner.id);
}

function countText(mails: readonly ForecastMail[]): string {
  const told = mails.filter(({ recipient }) => recipient);
  const people = new Set(told.map(({ recipient }) => recipient!.id)).size;
  if (told.length === 0) return t`No mail`;
  const mailsText = plural(told.length, t`${told.length} mail`, t`${told.length} mails`);
  const peopleText = plural(people, t`${people} person`, t`${people} people`);
  return t`${mailsText} to ${peopleText}`;
}
