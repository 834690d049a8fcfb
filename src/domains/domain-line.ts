import { t } from '../platform/language/speaking.js';
import { mostDomains } from './domains.service.js';
import type { DomainRow, DomainsRow, LinkableSecret } from './domains-of.query.js';

/** A domain in a list, ready to print. */
export interface DomainLine {
  href: string;
  host: string;
  name: string;
  environment: { key: 'production' | 'sandbox'; text: string };
  state: { key: string; text: string };
  isPrimary: boolean;
  /** What it may be used for. */
  allowed: string;
}

/** The domains of an application, on its page. */
export interface DomainsPanel {
  domains: (DomainLine & { secrets: { name: string; hint: string }[] })[];
  addHref?: string;
  /** Why none can be added. */
  full?: string;
}

/** @param href where the domains of the application are looked after */
export function domainsPanel(row: DomainsRow, href: string): DomainsPanel {
  const most = mostDomains;
  return {
    addHref: row.mayManage && row.domains.length < most ? `${href}/new` : undefined,
    full: row.domains.length >= most ? t`An application has ${most} domains at most.` : undefined,
    domains: row.domains.map((domain) => ({
      ...domainLine(domain, `${href}/${domain.id}`),
      secrets: linkedTo(row, domain).map(({ name, hint }) => ({ name, hint })),
    })),
  };
}

export function domainLine(domain: DomainRow, href: string): DomainLine {
  const { host, name, environment, active, isPrimary, allowLogin, allowApi } = domain;
  return {
    ...{ href, host, name, isPrimary },
    environment:
      environment === 'live'
        ? { key: 'production', text: t`Live` }
        : { key: 'sandbox', text: t`Test` },
    state: activeState(active),
    allowed: allowedText(allowLogin, allowApi),
  };
}

export function activeState(active: boolean): { key: string; text: string } {
  return active ? { key: 'active', text: t`Active` } : { key: 'off', text: t`Switched off` };
}

export function allowedText(login: boolean, api: boolean): string {
  if (login && api) return t`Sign-in and other calls`;
  if (login) return t`Sign-in only`;
  return api ? t`Calls, but no sign-in` : t`Nothing`;
}

export function linkedTo(
  { secrets }: Pick<DomainsRow, 'secrets'>,
  { secretIds }: Pick<DomainRow, 'secretIds'>,
): LinkableSecret[] {
  return secrets.filter(({ id }) => secretIds.includes(id));
}
