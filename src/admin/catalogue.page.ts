import { environmentTexts } from '../applications/environment-words.js';
import type { Field } from '../platform/web/form.js';
import type { ApiForm, ResourceForm } from './forms.js';
import { apiHref, resourceHref } from './hrefs.js';
import type {
  ApiNewPage,
  ConfirmPage,
  RenamePage,
  ResourceNewPage,
  ResourcesPage,
} from './models.js';
import { breadcrumbTo } from './resource-secret.page.js';
import type { ApiRow, ResourceRow } from './resources.query.js';

export function apiLine(row: ApiRow): ResourcesPage['apis'][number] {
  const { code, name, resources, applications } = row;
  const href = apiHref(code);
  return {
    code,
    name,
    resources,
    applications,
    renameHref: `${href}/name`,
    deleteHref: canGo(row) ? `${href}/delete` : undefined,
  };
}

/** Nothing refers to it. */
export function canGo({ resources, applications }: ApiRow): boolean {
  return resources + applications === 0;
}

export function apiNewPage({ code, name }: Record<keyof ApiForm, Field>): ApiNewPage {
  return { code, name };
}

export function resourceNewPage(
  apis: ApiRow[],
  fields: Record<keyof ResourceForm, Field>,
): ResourceNewPage {
  return {
    ...fields,
    apis: [
      { value: '', label: 'Choose an API' },
      ...apis.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
    ],
  };
}

export function apiRenamePage({ code, name }: ApiRow, typed: Field): RenamePage {
  return {
    breadcrumb: [{ label: 'Resources', href: '/admin/resources' }, { label: `Rename ${code}` }],
    heading: `Rename ${name}`,
    name: typed,
    stays: `The code ${code} stays, and with it the names of its applications.`,
    action: `${apiHref(code)}/name`,
    cancelHref: '/admin/resources',
  };
}

export function resourceRenamePage(row: ResourceRow, typed: Field): RenamePage {
  const href = resourceHref(row.id);
  return {
    breadcrumb: [...breadcrumbTo(row), { label: 'Rename' }],
    heading: `Rename ${row.name}, ${environmentTexts[row.environment]().toLowerCase()}`,
    name: typed,
    stays: 'Audience and scope stay: tokens and programs name them.',
    action: `${href}/name`,
    cancelHref: href,
  };
}

export function apiDeletePage({ code, name }: ApiRow): ConfirmPage {
  return {
    breadcrumb: [{ label: 'Resources', href: '/admin/resources' }, { label: `Delete ${code}` }],
    heading: 'Delete this API?',
    paragraphs: [
      'No resource belongs to it, and there is no application for it. No new ones can be made.',
      'You can create an API of this code again. The record stays for the audit.',
    ],
    facts: [
      { label: 'API', text: name },
      { label: 'Code', text: code },
    ],
    action: `${apiHref(code)}/delete`,
    button: 'Delete',
    danger: true,
    cancelHref: '/admin/resources',
  };
}

export function resourceDeletePage(row: ResourceRow): ConfirmPage {
  const href = resourceHref(row.id);
  return {
    breadcrumb: [...breadcrumbTo(row), { label: 'Delete' }],
    heading: 'Delete this resource?',
    paragraphs: [
      'It is granted to no application, and its resource server has no secret. It cannot be granted any more.',
      'This cannot be undone. Its name, audience and scope are free for a new resource, whose resource server gets another client ID. The record stays for the audit.',
    ],
    facts: [
      {
        label: 'Resource',
        text: `${row.name}, ${environmentTexts[row.environment]().toLowerCase()}`,
      },
      { label: 'Audience', text: row.audience },
      { label: 'Scope', text: row.scope },
    ],
    action: `${href}/delete`,
    button: 'Delete',
    danger: true,
    cancelHref: href,
  };
}

/** What is in the way of deleting it, if anything. */
export function usedBy({ own, granted, secrets }: ResourceRow): string | undefined {
  if (own) return 'This is Keyturn itself. It stays.';
  const reasons = [
    granted > 0 &&
      `it is granted to ${granted === 1 ? '1 application' : `${granted} applications`}`,
    secrets.length > 0 &&
      `its resource server has ${secrets.length === 1 ? '1 secret' : `${secrets.length} secrets`}`,
  ].filter(Boolean);
  if (reasons.length === 0) return undefined;
  return `It cannot be deleted: ${reasons.join(', and ')}. Take that away first.`;
}
