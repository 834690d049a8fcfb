import type { Field } from '../platform/web/form.js';
import { operator, type UserForm } from './forms.js';
import { organisationHref, userHref } from './hrefs.js';
import type { UserLine, UserNewPage } from './models.js';
import type { OrganisationOption, UserRow } from './users.query.js';
import { maybeDay, roleTexts, userState } from './words.js';

export function userLine(row: UserRow): UserLine {
  return {
    name: row.name,
    email: row.email,
    href: userHref(row.id),
    state: userState(row),
    organisation: row.organisationId
      ? { label: row.organisation!, href: organisationHref(row.organisationId) }
      : { label: 'Operator staff' },
    roles: roleTexts(row),
    lastSignIn: maybeDay(row.lastSignInAt),
  };
}

export function userNewPage(
  organisations: OrganisationOption[],
  fields: Record<keyof UserForm, Field>,
  hours: number,
): UserNewPage {
  const chosen = organisations.find(({ id }) => id === fields.organisationId.value);
  return {
    ...fields,
    organisations: [
      { value: '', label: 'Choose an organisation' },
      { value: operator, label: 'Operator staff (IT)' },
      ...organisations.map(({ id, name, country }) => ({
        value: id,
        label: `${name} (${country})`,
      })),
    ],
    cancelHref: chosen ? organisationHref(chosen.id) : '/admin/users',
    hours,
  };
}
