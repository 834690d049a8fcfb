import { rangeOfDays } from '../platform/day-range.js';
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
  return {
    actions: actionsOfKind(kindOf(form)),
    person: form.person,
    ...rangeOfDays(form.from, form.to),
    older: form.older || undefined,
  };
}

/** The query of an address with this form; `older` only where it is given. */
export function queryOf(form: ActivityForm, changes: Partial<ActivityForm> = {}): string {
  const asked = Object.entries<string>({ ...form, older: '', ...changes });
  const query = new URLSearchParams(asked.filter(([, value]) => value !== '')).toString();
  return query && `?${query}`;
}
