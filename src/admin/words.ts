import { countryName } from '../organisations/country.js';
import { t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { dayText, type Moment, momentOf } from '../platform/words.js';
import type { State } from './models.js';

/** The state of an account: invited, active, closed. */
export function userState(user: { activated: boolean; closed: boolean }): State {
  if (user.closed) return { key: 'closed', text: t`Closed` };
  return user.activated ? { key: 'active', text: t`Active` } : { key: 'invited', text: t`Invited` };
}

export function applicationState(application: { disabled: boolean; deleted: boolean }): State {
  if (application.deleted) return { key: 'deleted', text: t`Deleted` };
  return application.disabled
    ? { key: 'disabled', text: t`Disabled` }
    : { key: 'active', text: t`Active` };
}

/** Roles of a list's row in words; a credential manager with the number of applications. */
export function roleTexts(user: {
  it?: boolean;
  orgAdmin: boolean;
  manages: number;
  otherRoles: string[];
}): string[] {
  const manager = t`Credential manager (${user.manages})`;
  return [
    user.it && t`IT`,
    user.orgAdmin && t`Org admin`,
    user.manages > 0 && manager,
    ...user.otherRoles,
  ].filter((text): text is string => typeof text === 'string');
}

/** What is missing around an application (R4, M6). */
export function warningsOf(application: {
  deleted: boolean;
  managers: number;
  orgAdmins: number;
}): string[] {
  if (application.deleted) return [];
  const { managers, orgAdmins } = application;
  if (managers + orgAdmins === 0) {
    return [t`Nobody gets its reminders: it has no active credential manager and no org admin.`];
  }
  if (managers === 0) return [t`It has no active credential manager. It should have two.`];
  return managers === 1 ? [t`It has only one active credential manager. It should have two.`] : [];
}

/** JSON and columns bring times as text or as dates. */
export function moment(at: string | Date): Moment {
  return momentOf(new Date(at));
}

export function maybeDay(at: string | Date | null): Moment | undefined {
  return at === null ? undefined : dayOf(at);
}

/** The day alone, where the minute says nothing. */
export function dayOf(at: string | Date): Moment {
  const instant = new Date(at);
  return { iso: instant.toISOString(), text: dayText(utcDay(instant)) };
}

/** A country with its name, e.g. `Netherlands (NL)`. */
export function countryText(code: string): string {
  return `${countryName(code)} (${code})`;
}
