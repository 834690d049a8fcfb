import { addDays, parseUtcDay, startOf, type UtcDay } from '../platform/utc-day.js';
import { readForm } from '../platform/web/form.js';
import { actionsOfKind, isKind, type Kind } from './activity-words.js';
import type { ActivityFilter } from './activity.query.js';

/** What the page of activity is asked for; in the address, so that a view can be sent on. */
export class ActivityForm {
  kind = '';
  person = '';
  /** Days, both included. */
  from = '';
  to = '';
  older = '';
}

/** Reads the address; what was not made here is as good as nothing. */
export function readActivityForm(query: unknown): ActivityForm {
  const form = readForm(ActivityForm, query);
  return Object.assign(form, {
    person: form.person.replace(/\p{Cc}/gu, '').trim().slice(0, 100), // prettier-ignore
    older: /^\d{1,18}$/.test(form.older) ? form.older : '',
  });
}

export function kindOf({ kind }: ActivityForm): Kind {
  return isKind(kind) ? kind : 'all';
}

export function filterOf(form: ActivityForm): ActivityFilter {
  const first = parseUtcDay(form.from);
  const last = parseUtcDay(form.to);
  return {
    actions: actionsOfKind(kindOf(form)),
    person: form.person,
    from: first && startOf(first),
    until: last && endOf(last),
    older: form.older || undefined,
  };
}

/** The query of an address with this form; `older` only where it is given. */
export function queryOf(form: ActivityForm, changes: Partial<ActivityForm> = {}): string {
  const asked = Object.entries<string>({ ...form, older: '', ...changes });
  const query = new URLSearchParams(asked.filter(([, value]) => value !== '')).toString();
  return query && `?${query}`;
}

/** A sentence for a day that is none. */
export function dayError(text: string): string | undefined {
  return text && !parseUtcDay(text)
    ? 'This is not a day of the calendar. Choose one, such as 2027-01-31.'
    : undefined;
}

function endOf(day: UtcDay): Date | undefined {
  return day === '9999-12-31' ? undefined : startOf(addDays(day, 1));
}
