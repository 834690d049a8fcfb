import { environmentTexts } from '../applications/environment-words.js';
import { domainsPanel } from '../domains/domain-line.js';
import type { DomainsRow } from '../domains/domains-of.query.js';
import { t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { dayMoment, instantText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import type { ApplicationFacts, ManagerRow, ResourceRow } from './applications.query.js';
import { ManagerForm } from './forms.js';
import { applicationHref, organisationHref, secretsHref, userHref } from './hrefs.js';
import type { ApplicationPage, RoleLine } from './models.js';
import { applicationState, dayOf, userState, warningsOf } from './words.js';

/** @param form what was typed to make someone credential manager, and what was wrong with it */
export function applicationPage(
  row: ApplicationFacts,
  now: Date,
  domains: DomainsRow | undefined,
  form = new ManagerForm(),
  error?: unknown,
): ApplicationPage {
  const href = applicationHref(row.id);
  const deleted = row.deletedAt !== null;
  const standing = { deleted, disabled: row.disabledAt !== null };
  return {
    name: row.name,
    organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
    clientId: row.clientId,
    state: applicationState(standing),
    facts: factsOf(row),
    deleted,
    warnings: warningsOf({
      deleted,
      managers: row.activeManagers,
      orgAdmins: row.orgAdmins,
    }),
    secretsHref: deleted ? undefined : secretsHref(row.id),
    domains: domains && domainsPanel(domains, `${secretsHref(row.id)}/domains`),
    resources: row.resources
      .filter(({ grantedAt }) => grantedAt !== null || !deleted)
      .map((resource) => resourceLine(resource, href, deleted)),
    grantAction: deleted ? undefined : `${href}/grants`,
    grantNote:
      row.kind === 'partner_alternative'
        ? t`A PartnerAlternative application is a dummy for testing. It can have the Match-Connect sandbox and nothing else.`
        : undefined,
    managers: row.managers.map((manager) => managerLine(manager, deleted)),
    otherRoles: row.otherRoles.map((each) => ({
      ...managerLine(each, deleted),
      under: { label: each.wide ? t`${each.role} of the whole organisation` : each.role },
    })),
    manager: deleted ? undefined : managerForm(row, now, form, error),
    steps: deleted ? [] : stepsOf(href, row),
    stepsHeading: row.disabledAt ? t`Enable or delete` : t`Disable or delete`,
  };
}

function factsOf(row: ApplicationFacts) {
  const facts = [
    { label: t`Kind`, text: row.kind === 'partner' ? 'Partner' : 'PartnerAlternative' },
    { label: t`API`, text: row.api },
    {
      label: t`Secrets that work`,
      text: row.disabledAt || row.deletedAt ? '0' : `${row.liveSecrets}`,
    },
    {
      label: t`Created`,
      text: row.createdBy
        ? t`${instantText(row.createdAt)}, by ${row.createdBy}`
        : instantText(row.createdAt),
    },
  ];
  if (row.disabledAt) facts.push({ label: t`Disabled`, text: instantText(row.disabledAt) });
  if (row.deletedAt) facts.push({ label: t`Deleted`, text: instantText(row.deletedAt) });
  return facts;
}

function resourceLine(
  { id, name, environment, audience, scopes, granted, grantedAt }: ResourceRow,
  href: string,
  deleted: boolean,
): ApplicationPage['resources'][number] {
  return {
    id,
    name,
    environment: { key: environment, text: environmentTexts[environment]() },
    audience,
    since: grantedAt ? dayOf(grantedAt) : undefined,
    scopes: granted.length > 0 ? granted : undefined,
    scopesHref: scopes.length > 0 && !deleted ? `${href}/grants/${id}/scopes` : undefined,
    withdrawHref: grantedAt && !deleted ? `${href}/grants/${id}/withdraw` : undefined,
  };
}

function managerLine(manager: ManagerRow, deleted: boolean): RoleLine {
  return {
    title: { label: manager.name, href: userHref(manager.userId) },
    under: { label: manager.email },
    state: userState(manager),
    confirmation: { by: manager.confirmedBy, on: dayMoment(manager.confirmedOn) },
    since: dayOf(manager.grantedAt),
    lastDay: manager.endsAt ? dayMoment(lastDay(new Date(manager.endsAt))) : undefined,
    withdrawHref: deleted
      ? undefined
      : `/admin/roles/${manager.assignmentId}/withdraw?back=application`,
  };
}

function managerForm(row: ApplicationFacts, now: Date, form: ManagerForm, error: unknown) {
  return {
    action: `${applicationHref(row.id)}/managers`,
    ...fieldsOf(form, error),
    people: [
      { value: '', label: t`Choose someone` },
      ...row.others.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
    ],
    today: utcDay(now),
    inviteHref: `/admin/users/new?organisation=${row.organisationId}`,
  };
}

function stepsOf(href: string, { disabledAt }: ApplicationFacts): ApplicationPage['steps'] {
  const turn = disabledAt
    ? { label: t`Enable`, text: t`Its secrets work again, as they are.`, href: `${href}/enable` }
    : {
        label: t`Disable`,
        text: t`Its secrets stop at once. You can enable it again; nothing is lost.`,
        href: `${href}/disable`,
      };
  return [
    { ...turn, danger: false },
    {
      label: t`Delete`,
      text: t`Its secrets are dead at once and for ever. Only the record stays.`,
      href: `${href}/delete`,
      danger: true,
    },
  ];
}
