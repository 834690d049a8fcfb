import { t } from '../platform/language/speaking.js';
import type { Field } from '../platform/web/form.js';
import { operator, type UserForm } from './forms.js';
import { organisationHref, userHref } from './hrefs.js';
import { orderOptions, orderValue } from './list-order.js';
import type { Option, UserLine, UserNewPage, UsersPage } from './models.js';
import type { OrganisationOption, UserRow, UsersFilter } from './users.query.js';
import { maybeDay, roleTexts, userState } from './words.js';

const roles = (others: { key: string; name: string }[]): Option[] => [
  { value: '', label: t`All roles` },
  { value: 'credential_manager', label: t`Credential manager` },
  { value: 'org_admin', label: t`Org admin` },
  { value: 'it', label: t`IT` },
  ...others.map(({ key, name }) => ({ value: key, label: name })),
  { value: 'none', label: t`No role` },
];

const states = (): Option[] => [
  { value: '', label: t`All states` },
  { value: 'active', label: t`Active` },
  { value: 'invited', label: t`Invited, not enrolled` },
  { value: 'closed', label: t`Closed` },
];

export function usersPage(
  { q, role, state, order }: UsersFilter,
  rows: UserRow[],
  pagination: UsersPage['pagination'],
  otherRoles: { key: string; name: string }[],
): UsersPage {
  return {
    q,
    role: { value: role },
    state: { value: state },
    sort: { value: orderValue(order) },
    roles: roles(otherRoles),
    states: states(),
    orders: orderOptions(),
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
      : { label: t`Operator staff` },
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
      { value: '', label: t`Choose an organisation` },
      { value: operator, label: t`Operator staff (IT)` },
      ...organisations.map(({ id, name, country }) => ({
        value: id,
        label: `${name} (${country})`,
      })),
    ],
    cancelHref: chosen ? organisationHref(chosen.id) : '/admin/users',
    hours,
  };
}
