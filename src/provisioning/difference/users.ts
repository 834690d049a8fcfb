import { t } from '../../platform/language/speaking.js';
import type { WantedUser } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison } from './comparison.js';
import { placeOf, staffAlone } from './references.js';

export function compareUser(
  comparison: Comparison,
  { at, email, name, organisation }: WantedUser,
): void {
  const { state, work, people, settings } = comparison;
  if (comparison.isTwice('user', email, at)) return;
  if (!organisation && !settings.staff) return comparison.complain(at, staffAlone());
  const place = organisation && placeOf(comparison, organisation);
  if (organisation && !place) return;
  const organisationId = place?.id ?? null;
  const existing = state.users.get(email);
  if (existing?.closed)
    return comparison.complain(
      at,
      t`This account is closed. A closed account is not opened again.`,
    );
  if (existing && existing.organisationId !== organisationId) {
    const problem = t`This account belongs to another organisation. That never changes.`;
    return comparison.complain(organisation?.at ?? at, problem);
  }
  people.set(email, { id: existing?.id, organisationId });
  if (!existing) {
    work.newUsers.push({ email, name, organisationId });
    const values = { name, organisation: organisation?.text ?? null };
    return comparison.enter('create', 'user', email, at, values);
  }
  if (comparison.enterExisting('user', email, at, changesOf(existing, { name })))
    work.renamedUsers.push({ id: existing.id, name });
}
