import type { Environment } from '../applications/application.entity.js';
import { environmentWords } from '../applications/environment-words.js';
import { plural, t } from '../platform/language/speaking.js';
import type { ApplicationFacts } from './applications.query.js';
import { applicationHref, organisationHref } from './hrefs.js';
import type { ConfirmPage, Link } from './models.js';

export type Turn = 'disable' | 'enable' | 'delete';

const words = {
  disable: () => ({
    heading: t`Disable this application?`,
    paragraphs: [
      t`Every system that uses it is refused at once, whichever secret it has.`,
      t`Nothing is lost: when you enable it again, the same secrets work as before. Their ends do not move. Reminders about them pause until then.`,
    ],
    button: t`Disable`,
    danger: true,
  }),
  enable: () => ({
    heading: t`Enable this application?`,
    paragraphs: [
      t`Its secrets work again at once, those that have not expired or been switched off.`,
    ],
    button: t`Enable`,
    danger: false,
  }),
  delete: () => ({
    heading: t`Delete this application?`,
    paragraphs: [
      t`Every system that uses it is refused at once. This cannot be undone.`,
      t`Its client ID is never used again. Its name is free for a new application, which gets another client ID. The record stays for the audit.`,
    ],
    button: t`Delete`,
    danger: true,
  }),
} satisfies Record<Turn, () => Partial<ConfirmPage>>;

export function turnPage(row: ApplicationFacts, turn: Turn): ConfirmPage {
  const href = applicationHref(row.id);
  return {
    ...words[turn](),
    breadcrumb: breadcrumbTo(row),
    warning: turn === 'enable' ? undefined : workingSecrets(row),
    facts: [
      { label: t`Application`, text: row.name },
      { label: t`Organisation`, text: row.organisation },
      { label: t`Client ID`, text: row.clientId },
    ],
    action: `${href}/${turn}`,
    cancelHref: href,
  };
}

/** A withdrawn resource stops tokens for it, and only for it. */
export function withdrawGrantPage(
  row: ApplicationFacts,
  resource: { id: string; name: string; environment: Environment },
): ConfirmPage {
  const href = applicationHref(row.id);
  return {
    breadcrumb: breadcrumbTo(row),
    heading: t`Withdraw this resource?`,
    paragraphs: [
      t`The application gets no tokens for it any more. You can grant it again at any time.`,
    ],
    facts: [
      { label: t`Resource`, text: `${resource.name}, ${environmentWords[resource.environment]()}` },
      { label: t`Application`, text: row.name },
      { label: t`Organisation`, text: row.organisation },
    ],
    action: `${href}/grants/${resource.id}/withdraw`,
    button: t`Withdraw`,
    danger: true,
    cancelHref: href,
  };
}

function breadcrumbTo(row: ApplicationFacts): Link[] {
  return [
    { label: t`Organisations`, href: '/admin/organisations' },
    { label: row.organisation, href: organisationHref(row.organisationId) },
    { label: row.name, href: applicationHref(row.id) },
  ];
}

function workingSecrets({ disabledAt, liveSecrets }: ApplicationFacts): string | undefined {
  if (disabledAt || liveSecrets === 0) return undefined;
  if (liveSecrets === 1) return t`It has one secret that works now.`;
  return plural(
    liveSecrets,
    t`It has ${liveSecrets} secret that works now.`,
    t`It has ${liveSecrets} secrets that work now.`,
  );
}
