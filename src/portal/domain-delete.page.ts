import { plural, t } from '../platform/language/speaking.js';
import { domainHref } from './domains.page.js';
import type { DomainRow, DomainsRow } from '../domains/domains-of.query.js';
import { applicationHref } from './hrefs.js';
import type { DomainDeletePage } from './models.js';

export function domainDeletePage(row: DomainsRow, domain: DomainRow): DomainDeletePage {
  const href = domainHref(row.id, domain.id);
  const linked = row.secrets.filter(({ id }) => domain.secretIds.includes(id)).length;
  const stops =
    linked === 0
      ? t`No secret is linked to it.`
      : plural(
          linked,
          t`${linked} secret is linked to it. Calls with that secret and this domain are refused at once.`,
          t`${linked} secrets are linked to it. Calls with them and this domain are refused at once.`,
        );
  return {
    application: { name: row.name, href: applicationHref(row.id) },
    domain: { host: domain.host, href },
    confirm: {
      paragraphs: [stops, t`Secrets stay as they are. This cannot be undone.`],
      action: `${href}/delete`,
      button: t`Delete the domain`,
      cancelHref: href,
    },
  };
}
