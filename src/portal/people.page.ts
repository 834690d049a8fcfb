import { coverProblems } from '../applications/contact-cover.js';
import type { Viewer } from '../authentication/viewer.js';
import { listed, t } from '../platform/language/speaking.js';
import { momentOf } from '../platform/words.js';
import type { ApplicationRow, ContactRow, PersonRow } from './credentials.query.js';
import type { Contact, OtherPeople, Person } from './models.js';

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
  { managers, orgAdmins, others }: People,
  now: Date,
  { it }: Pick<Viewer, 'it'>,
): string | undefined {
  const people = new Map(orgAdmins.map((each) => [each.id, { ...each, manager: false }]));
  for (const each of others) {
    if (!each.acts && !each.receives) continue;
    const known = people.get(each.id);
    people.set(each.id, { ...each, manager: each.acts || known?.manager === true });
  }
  for (const each of managers) people.set(each.id, { ...each, manager: true });
  const active = [...people.values()].filter(({ invited }) => !invited);
  return coverProblems(active, now, it ? 'IT' : 'others').join(' ') || undefined;
}

type People = Pick<ApplicationRow, 'managers' | 'orgAdmins' | 'others'>;

/** Those who can act, for readers who cannot: `Anna Visser and Bram Jansen`; none is `undefined`. */
export function whoActs({ managers, others }: ApplicationRow): string | undefined {
  const all = [...managers, ...others.filter(({ acts }) => acts)];
  const names = [...new Set(all.filter(({ invited }) => !invited).map(({ name }) => name))];
  const shown = names.length > 3 ? [...names.slice(0, 2), t`${names.length - 2} others`] : names;
  return shown.length > 0 ? listed(shown) : undefined;
}

/** Who would be mailed: those who have signed in (M5). */
export function recipientsOf({ managers, orgAdmins, others }: ApplicationRow): { id: string }[] {
  const receivers = others.filter(({ receives }) => receives);
  return [...managers, ...orgAdmins, ...receivers].filter(({ invited }) => !invited);
}

/** People with roles that IT made, under the name of each role. */
export function otherPeople({ others }: ApplicationRow): OtherPeople[] {
  const roles = [...new Set(others.map(({ role }) => role))].sort();
  return roles.map((role) => {
    const having = others.filter((each) => each.role === role);
    return {
      role,
      people: having.map(contact),
      unmailed: !having.some(({ receives }) => receives),
    };
  });
}
