import { Injectable } from '@nestjs/common';
import { HolidayCalendars } from '../organisations/holidays.service.js';
import { Forecasts } from '../reminders/forecasts.service.js';
import type { Recipient } from '../reminders/endings.query.js';
import type { ApplicationRow, ContactRow, OtherRow } from './credentials.query.js';
import type { LastDayFacts } from './secret-new.page.js';

/** What decides about the words beside the last day of a new secret. */
@Injectable()
export class LastDays {
  constructor(
    private readonly calendars: HolidayCalendars,
    private readonly forecasts: Forecasts,
  ) {}

  async factsOf(row: ApplicationRow, now: Date): Promise<LastDayFacts> {
    const calendar = await this.calendars.of(row.country, now);
    const people = peopleOf(row);
    const mailsOf = (expiresAt: Date) =>
      this.forecasts.ofNew({ createdAt: now, expiresAt, ...people });
    return { country: row.country, calendar, mailsOf };
  }
}

/** Who is mailed, and which of their roles end by themselves (M5, R3). */
function peopleOf({ managers, orgAdmins, others }: ApplicationRow) {
  const people = new Map<string, Recipient>();
  const active = (contacts: ContactRow[]) => contacts.filter(({ invited }) => !invited);
  for (const each of active(managers)) {
    people.set(each.id, { ...recipient(each), manager: true });
  }
  for (const each of active(orgAdmins)) {
    people.set(each.id, { ...(people.get(each.id) ?? recipient(each)), orgAdmin: true });
  }
  for (const each of active(others.filter(({ receives }) => receives)) as OtherRow[]) {
    const known = people.get(each.id) ?? recipient(each);
    const role = { key: each.key, name: each.role };
    people.set(each.id, { ...known, others: [...known.others, role] });
  }
  const ends = (contacts: ContactRow[], role: string) =>
    contacts.flatMap(({ id, endsAt }) => (endsAt ? [{ userId: id, role, endsAt }] : []));
  return {
    recipients: [...people.values()],
    roleEnds: [
      ...ends(managers, 'credential_manager'),
      ...ends(orgAdmins, 'org_admin'),
      ...others.flatMap((each) => ends([each], each.key)),
    ],
  };
}

function recipient({ id, name, email, bounced, seenAt }: ContactRow): Recipient {
  const address = { address: email, language: null, bounced };
  // The day of a mail depends on nothing else of them.
  const roles = { manager: false, orgAdmin: false, it: false, others: [], acts: false, sees: true };
  return { id, name, ...address, ...roles, seenAt };
}
