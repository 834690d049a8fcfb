import { isSlug, suggestSlug } from '../organisations/slug.js';
import { countries } from '../organisations/country.js';
import { t } from '../platform/language/speaking.js';
import type { Field } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { distanceText, endText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import type { OrganisationForm } from './forms.js';
import { applicationHref, organisationHref, userHref } from './hrefs.js';
import type * as models from './models.js';
import { orderOptions, orderValue } from './list-order.js';
import type {
  OrganisationFacts,
  OrganisationRow,
  OrganisationsFilter,
} from './organisations.query.js';
import {
  applicationState,
  countryText,
  maybeDay,
  moment,
  roleTexts,
  userState,
  warningsOf,
} from './words.js';

export function organisationsPage(
  { q, country, order }: OrganisationsFilter,
  countries: string[],
  rows: OrganisationRow[],
  pagination: models.OrganisationsPage['pagination'],
): models.OrganisationsPage {
  return {
    q,
    country: { value: country },
    sort: { value: orderValue(order) },
    countries: [
      { value: '', label: t`All countries` },
      ...countries.map((code) => ({ value: code, label: countryText(code) })),
    ],
    orders: orderOptions(),
    filtered: q !== '' || country !== '' || order === 'new',
    organisations: rows.map(organisationLine),
    pagination,
  };
}

function organisationLine(row: OrganisationRow): models.OrganisationsPage['organisations'][number] {
  return {
    name: row.name,
    href: organisationHref(row.id),
    country: countryText(row.country),
    slug: row.slug,
    ion: row.ion ?? undefined,
    applications: row.applications,
    users: row.users,
  };
}

/** @param row the one that is changed; a new one when absent */
export function organisationFormPage(
  fields: Record<keyof OrganisationForm, Field>,
  row?: OrganisationFacts,
): models.OrganisationFormPage {
  const { country, name, slug, ion, operator } = fields;
  const suggestion = suggestSlug(name.value);
  return {
    ...(row ? changing(row) : { ...creating(), operator }),
    country,
    name,
    slug,
    ion,
    countries: [
      { value: '', label: t`Choose a country` },
      ...countries().map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
    ],
    suggestion: isSlug(suggestion) && suggestion !== slug.value ? suggestion : undefined,
  };
}

const creating = () => ({
  breadcrumb: [{ label: t`New organisation` }],
  heading: t`New organisation`,
  lead: t`A member whose applications connect to the APIs.`,
  action: '/admin/organisations',
  submit: t`Create organisation`,
  cancelHref: '/admin/organisations',
});

function changing({ id, name }: OrganisationFacts) {
  const href = organisationHref(id);
  return {
    breadcrumb: [{ label: name, href }, { label: t`Change details` }],
    heading: t`Change ${name}`,
    lead: t`The applications that exist keep their names; those that are created from now on get the new country and short name.`,
    action: `${href}/edit`,
    submit: t`Save`,
    cancelHref: href,
  };
}

export function organisationPage(row: OrganisationFacts, now: Date): models.OrganisationPage {
  const href = organisationHref(row.id);
  return {
    name: row.name,
    editHref: `${href}/edit`,
    facts: [
      { label: t`Country`, text: countryText(row.country) },
      { label: t`Short name`, text: row.slug },
      { label: t`ION`, text: row.ion ?? t`none` },
      { label: t`Created`, text: moment(row.createdAt).text },
    ],
    newApplicationHref: `${href}/applications/new`,
    newUserHref: `/admin/users/new?organisation=${row.id}`,
    applications: row.applications.map((application) => ({
      name: application.name,
      href: applicationHref(application.id),
      state: applicationState(application),
      secrets: application.deleted ? 0 : application.secrets,
      nextEnd: application.deleted ? undefined : nextEnd(application.nextEnd, now),
      warnings: warningsOf(application),
    })),
    users: row.users.map((user) => ({
      name: user.name,
      email: user.email,
      href: userHref(user.id),
      state: userState(user),
      roles: user.closed ? [] : roleTexts(user),
      lastSignIn: maybeDay(user.lastSignInAt),
    })),
  };
}

export function nextEnd(expiresAt: string | Date | null, now: Date) {
  if (!expiresAt) return undefined;
  const end = new Date(expiresAt);
  return {
    iso: end.toISOString(),
    text: endText(end),
    when: distanceText(lastDay(end), utcDay(now)),
  };
}
