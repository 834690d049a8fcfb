import type { Field } from '../platform/web/form.js';
import { operator, type UserForm } from './forms.js';
import { organisationHref, userHref } from './hrefs.js';
import { orderOptions, orderValue } from './list-order.js';
import type { Option, UserLine, UserNewPage, UsersPage } from './models.js';
import type { OrganisationOption, UserRow, UsersFilter } from './users.query.js';
import { maybeDay, roleTexts, userState } from './words.js';

const roles: Option[] = [
  { value: '', label: 'All roles' },
  { value: 'credential_manager', label: 'Credential manager' },
  { value: 'org_admin', label: 'Org admin' },
  { value: 'it', label: 'IT' },
  { value: 'none', label: 'No role' },
];

const states: Option[] = [
  { value: '', label: 'All states' },
  { value: 'active', label: 'Active' },
  { value: 'invited', label: 'Invited, not enrolled' },
  { value: 'closed', label: 'Closed' },
];

export function usersPage(
  { q, role, state, order }: UsersFilter,
  rows: UserRow[],
  pagination: UsersPage['pagination'],
): UsersPage {
  return {
    q,
    role: { value: role },
    state: { value: state },
    sort: { value: orderValue(order) },
    roles,
    states,
    orders: orderOptions,
    filtered: q !== '' || role !== '' || state !== '' || order === 'new',
    users: rows.map(userLine),
    pagination,
  };
}

function userLine(row: UserRow): UserLine {
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
