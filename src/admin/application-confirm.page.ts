import type { ApplicationFacts } from './applications.query.js';
import { applicationHref, organisationHref } from './hrefs.js';
import type { ConfirmPage, Link } from './models.js';

export type Turn = 'disable' | 'enable' | 'delete';

const words = {
  disable: {
    heading: 'Disable this application?',
    paragraphs: [
      'Every system that uses it is refused at once, whichever secret it has.',
      'Nothing is lost: when you enable it again, the same secrets work as before. Their ends do not move. Reminders about them pause until then.',
    ],
    button: 'Disable',
    danger: true,
  },
  enable: {
    heading: 'Enable this application?',
    paragraphs: [
      'Its secrets work again at once, those that have not expired or been switched off.',
    ],
    button: 'Enable',
    danger: false,
  },
  delete: {
    heading: 'Delete this application?',
    paragraphs: [
      'Every system that uses it is refused at once. This cannot be undone.',
      'Its client ID is never used again. Its name is free for a new application, which gets another client ID. The record stays for the audit.',
    ],
    button: 'Delete',
    danger: true,
  },
} satisfies Record<Turn, Partial<ConfirmPage>>;

export function turnPage(row: ApplicationFacts, turn: Turn): ConfirmPage {
  const href = applicationHref(row.id);
  return {
    ...words[turn],
    breadcrumb: breadcrumbTo(row),
    warning: turn === 'enable' ? undefined : workingSecrets(row),
    facts: [
      { label: 'Application', text: row.name },
      { label: 'Organisation', text: row.organisation },
      { label: 'Client ID', text: row.clientId },
    ],
    action: `${href}/${turn}`,
    cancelHref: href,
  };
}

/** A withdrawn resource stops tokens for it, and only for it. */
export function withdrawGrantPage(
  row: ApplicationFacts,
  resource: { id: string; name: string; environment: string },
): ConfirmPage {
  const href = applicationHref(row.id);
  return {
    breadcrumb: breadcrumbTo(row),
    heading: 'Withdraw this resource?',
    paragraphs: [
      'The application gets no tokens for it any more. You can grant it again at any time.',
    ],
    facts: [
      { label: 'Resource', text: `${resource.name}, ${resource.environment}` },
      { label: 'Application', text: row.name },
      { label: 'Organisation', text: row.organisation },
    ],
    action: `${href}/grants/${resource.id}/withdraw`,
    button: 'Withdraw',
    danger: true,
    cancelHref: href,
  };
}

function breadcrumbTo(row: ApplicationFacts): Link[] {
  return [
    { label: 'Organisations', href: '/admin/organisations' },
    { label: row.organisation, href: organisationHref(row.organisationId) },
    { label: row.name, href: applicationHref(row.id) },
  ];
}

function workingSecrets({ disabledAt, liveSecrets }: ApplicationFacts): string | undefined {
  if (disabledAt || liveSecrets === 0) return undefined;
  return liveSecrets === 1
    ? 'It has one secret that works now.'
    : `It has ${liveSecrets} secrets that work now.`;
}
