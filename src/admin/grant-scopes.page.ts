import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import type { ApplicationFacts, ResourceRow } from './applications.query.js';
import { applicationHref, organisationHref } from './hrefs.js';
import type { GrantScopesPage } from './models.js';

/** What a person of IT reads before giving them. */
const texts = (): Record<string, string> => ({
  'audit.read': t`Read the audit: of this application, in our own organisation all of it.`,
  'provisioning.read': t`Read everything: organisations, applications, users, roles, secrets without values.`,
  'provisioning.write': t`Change everything but secrets: who has this can make anybody credential manager.`,
  'secrets.manage': t`Create, switch off and delete the secrets of this application itself.`,
  'secrets.read': t`Look at this application and its secrets, without values.`,
  userinfo: t`Read who a user is at any time, of users who have signed in for this application and agreed.`,
});

/** @param chosen scopes of a form that was refused */
export function grantScopesPage(
  row: ApplicationFacts,
  resource: ResourceRow,
  chosen: readonly string[] = resource.granted,
  error?: unknown,
): GrantScopesPage {
  const href = applicationHref(row.id);
  return {
    breadcrumb: [
      { label: t`Organisations`, href: '/admin/organisations' },
      { label: row.organisation, href: organisationHref(row.organisationId) },
      { label: row.name, href },
    ],
    application: row.name,
    resource: resource.name,
    granted: resource.grantedAt !== null,
    scopes: resource.scopes.map((name) => ({
      name,
      text: texts()[name] ?? '',
      checked: chosen.includes(name),
    })),
    error: error instanceof Invalid ? error.fields.scopes : undefined,
    action: `${href}/grants/${resource.id}/scopes`,
    cancelHref: href,
  };
}
