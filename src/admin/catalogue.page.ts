import { environmentTexts } from '../applications/environment-words.js';
import type { Field } from '../platform/web/form.js';
import type { ApiForm, ResourceForm } from './forms.js';
import { apiNameHref, resourceHref } from './hrefs.js';
import type { ApiNewPage, RenamePage, ResourceNewPage, ResourcesPage } from './models.js';
import { breadcrumbTo } from './resource-secret.page.js';
import type { ApiRow, ResourceRow } from './resources.query.js';

export function apiLine({ code, name, resources }: ApiRow): ResourcesPage['apis'][number] {
  return { code, name, resources, renameHref: apiNameHref(code) };
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
    action: apiNameHref(code),
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
