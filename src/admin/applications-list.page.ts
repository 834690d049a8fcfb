import { t } from '../platform/language/speaking.js';
import type { ApplicationListRow, ApplicationsFilter } from './applications-list.query.js';
import { applicationHref, organisationHref } from './hrefs.js';
import { orderOptions, orderValue } from './list-order.js';
import type { ApplicationsPage, Option } from './models.js';
import { nextEnd } from './organisations.page.js';
import { applicationState } from './words.js';

const shows = (): Option[] => [
  { value: '', label: t`All` },
  { value: 'disabled', label: t`Disabled` },
  { value: 'no_manager', label: t`No active manager` },
  { value: 'no_secret', label: t`No working secret` },
];

export function applicationsPage(
  { q, organisation, api, show, order }: ApplicationsFilter,
  apis: { code: string; name: string }[],
  rows: ApplicationListRow[],
  pagination: ApplicationsPage['pagination'],
  now: Date,
): ApplicationsPage {
  return {
    q,
    organisation: { value: organisation },
    api: { value: api },
    show: { value: show },
    sort: { value: orderValue(order) },
    apis: [
      { value: '', label: t`All` },
      ...apis.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
    ],
    shows: shows(),
    orders: orderOptions(),
    filtered: [q, organisation, api, show].some(Boolean) || order === 'new',
    applications: rows.map((row) => ({
      name: row.name,
      href: applicationHref(row.id),
      organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
      api: row.api,
      state: applicationState({ disabled: row.disabled, deleted: false }),
      managers: row.managers,
      secrets: row.secrets,
      nextEnd: nextEnd(row.nextEnd, now),
    })),
    pagination,
  };
}
