import { activeState, allowedText, domainLine, linkedTo } from '../domains/domain-line.js';
import type { DomainRow, DomainsRow, LinkableSecret } from '../domains/domains-of.query.js';
import { mostUrls } from '../domains/domains.service.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import type { Field } from '../platform/web/form.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import type { DomainForm } from './domain-form.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { DomainFormPage, DomainPage } from './models.js';

export const domainsHref = (applicationId: string) => `${applicationHref(applicationId)}/domains`;
export const domainHref = (applicationId: string, id: string) =>
  `${domainsHref(applicationId)}/${id}`;

/** @throws NotFound */
export function domainIn({ domains }: DomainsRow, id: string): DomainRow {
  const domain = domains.find((each) => each.id === uuidOf(id));
  if (!domain) throw new NotFound('no such domain of this application');
  return domain;
}

/** @param fields of a form that is shown again */
export function domainPage(
  row: DomainsRow,
  domain: DomainRow,
  now: Date,
  fields: { url?: Field; logo?: Field } = {},
): DomainPage {
  const href = domainHref(row.id, domain.id);
  const linked = linkedTo(row, domain);
  const listed = row.mayManage ? row.secrets : linked;
  return {
    ...domainLine(domain, href),
    application: applicationOf(row),
    facts: factsOf(domain),
    id: domain.id,
    changeHref: row.mayManage ? `${href}/change` : undefined,
    deleteHref: row.mayManage ? `${href}/delete` : undefined,
    image: domain.hasLogo ? `${href}/logo/image` : undefined,
    secrets: listed.map((secret) => ({
      ...secretOf(row, secret, now),
      linked: linked.includes(secret),
    })),
    noSecret: row.secrets.length === 0,
    callbacks: domain.callbacks.map(({ id, url, active }) => ({
      url,
      state: activeState(active),
      switchAction: row.mayManage ? `${href}/callbacks/${id}/switch` : undefined,
      active,
      removeAction: row.mayManage ? `${href}/callbacks/${id}/remove` : undefined,
    })),
    loginOff: domain.allowLogin ? undefined : loginOff(),
    url: fields.url ?? { value: '' },
    logo: fields.logo ?? { value: '' },
    mayAddUrl: row.mayManage && domain.callbacks.length < mostUrls,
  };
}

export function domainFormPage(
  row: DomainsRow,
  fields: Record<keyof DomainForm, Field>,
  domain?: DomainRow,
): DomainFormPage {
  return {
    application: applicationOf(row),
    domain: domain && { host: domain.host, href: domainHref(row.id, domain.id) },
    action: domain ? `${domainHref(row.id, domain.id)}/change` : domainsHref(row.id),
    primary: row.domains.find(({ isPrimary, id }) => isPrimary && id !== domain?.id)?.host,
    fields,
  };
}

const loginOff = () =>
  t`Sign-in is not allowed on this domain, so no browser is sent to these addresses.`;

function factsOf({ name, allowLogin, allowApi, serverIps, fallbackUri }: DomainRow) {
  return [
    { label: t`Name`, text: name },
    { label: t`What it may be used for`, text: allowedText(allowLogin, allowApi) },
    { label: t`From which servers`, text: serverIps.join(', ') || t`from everywhere` },
    { label: t`After a sign-in that failed`, text: fallbackUri ?? t`a page of Keyturn` },
  ];
}

function applicationOf({ id, name }: DomainsRow) {
  return { name, href: applicationHref(id) };
}

function secretOf({ id: applicationId }: DomainsRow, secret: LinkableSecret, now: Date) {
  const { id, name, hint } = secret;
  const key = secretState({ ...secret, deletedAt: null, superseded: false }, now);
  const state = { key, text: secretStateTexts[key]() };
  return { ...{ id, name, hint, state }, href: secretHref(applicationId, id) };
}
