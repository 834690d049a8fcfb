import { coverProblems } from '../applications/contact-cover.js';
import type { Viewer } from '../authentication/viewer.js';
import { listed, t } from '../platform/language/speaking.js';
import { momentOf } from '../platform/words.js';
import type { ApplicationRow, ContactRow, PersonRow } from './credentials.query.js';
import type { Contact, Person } from './models.js';

export function someone(person: PersonRow | null): Person {
  if (!person) return { name: 'Keyturn', left: false };
  const { name, left, program } = person;
  return { name: program ? t`the program ${name}` : name, left };
}

export function contact(row: ContactRow): Contact {
  const { email, endsAt } = row;
  return { name: nameOf(row), email, until: endsAt ? momentOf(endsAt) : undefined };
}

export function nameOf({ name, invited }: ContactRow): string {
  return invited ? t`${name} (invited)` : name;
}

/** What is wrong with the people around an application is worth a word, never a block (R4). */
export function cover(
  { managers, orgAdmins }: People,
  now: Date,
  { it }: Pick<Viewer, 'it'>,
): string | undefined {
  const people = new Map(orgAdmins.map((each) => [each.id, { ...each, manager: false }]));
  for (const each of managers) people.set(each.id, { ...each, manager: true });
  const active = [...people.values()].filter(({ invited }) => !invited);
  return coverProblems(active, now, it ? 'IT' : 'others').join(' ') || undefined;
}

type People = Record<'managers' | 'orgAdmins', ContactRow[]>;

/** Those who can act, for readers who cannot: `Anna Visser and Bram Jansen`; none is `undefined`. */
export function whoActs({ managers }: ApplicationRow): string | undefined {
  const names = managers.filter(({ invited }) => !invited).map(({ name }) => name);
  const shown = names.length > 3 ? [...names.slice(0, 2), t`${names.length - 2} others`] : names;
  return shown.length > 0 ? listed(shown) : undefined;
}
