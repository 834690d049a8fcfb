import { plural, t } from '../platform/language/speaking.js';
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
import { breadcrumbTo, resourceText } from './resource-secret.page.js';
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
      { value: '', label: t`Choose an API` },
      ...apis.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
    ],
  };
}

export function apiRenamePage({ code, name }: ApiRow, typed: Field): RenamePage {
  return {
    breadcrumb: [{ label: t`Resources`, href: '/admin/resources' }, { label: t`Rename ${code}` }],
    heading: t`Rename ${name}`,
    name: typed,
    stays: t`The code ${code} stays, and with it the names of its applications.`,
    action: `${apiHref(code)}/name`,
    cancelHref: '/admin/resources',
  };
}

export function resourceRenamePage(row: ResourceRow, typed: Field): RenamePage {
  const href = resourceHref(row.id);
  return {
    breadcrumb: [...breadcrumbTo(row), { label: t`Rename` }],
    heading: t`Rename ${resourceText(row)}`,
    name: typed,
    stays: t`Audience and scope stay: tokens and programs name them.`,
    action: `${href}/name`,
    cancelHref: href,
  };
}

export function apiDeletePage({ code, name }: ApiRow): ConfirmPage {
  return {
    breadcrumb: [{ label: t`Resources`, href: '/admin/resources' }, { label: t`Delete ${code}` }],
    heading: t`Delete this API?`,
    paragraphs: [
      t`No resource belongs to it, and there is no application for it. No new ones can be made.`,
      t`You can create an API of this code again. The record stays for the audit.`,
    ],
    facts: [
      { label: t`API`, text: name },
      { label: t`Code`, text: code },
    ],
    action: `${apiHref(code)}/delete`,
    button: t`Delete`,
    danger: true,
    cancelHref: '/admin/resources',
  };
}

export function resourceDeletePage(row: ResourceRow): ConfirmPage {
  const href = resourceHref(row.id);
  return {
    breadcrumb: [...breadcrumbTo(row), { label: t`Delete` }],
    heading: t`Delete this resource?`,
    paragraphs: [
      t`It is granted to no application, and its resource server has no secret. It cannot be granted any more.`,
      t`This cannot be undone. Its name, audience and scope are free for a new resource, whose resource server gets another client ID. The record stays for the audit.`,
    ],
    facts: [
      { label: t`Resource`, text: resourceText(row) },
      { label: t`Audience`, text: row.audience },
      { label: t`Scope`, text: row.scope },
    ],
    action: `${href}/delete`,
    button: t`Delete`,
    danger: true,
    cancelHref: href,
  };
}

/** Nothing is in the way of deleting it. */
export function isFree({ own, granted, secrets }: ResourceRow): boolean {
  return !own && granted === 0 && secrets.length === 0;
}

/** What is in the way of deleting it, if anything. */
export function usedBy(row: ResourceRow): string | undefined {
  if (isFree(row)) return undefined;
  const { own, granted, secrets } = row;
  if (own) return t`This is Keyturn itself. It stays.`;
  if (secrets.length === 0) return grantedText(granted);
  return granted === 0 ? secretsText(secrets.length) : bothText(granted, secrets.length);
}

function grantedText(count: number): string {
  return plural(
    count,
    t`It cannot be deleted: it is granted to ${count} application. Take that away first.`,
    t`It cannot be deleted: it is granted to ${count} applications. Take that away first.`,
  );
}

function secretsText(count: number): string {
  return plural(
    count,
    t`It cannot be deleted: its resource server has ${count} secret. Take that away first.`,
    t`It cannot be deleted: its resource server has ${count} secrets. Take that away first.`,
  );
}

function bothText(granted: number, secrets: number): string {
  const applications = plural(granted, t`${granted} application`, t`${granted} applications`);
  const servers = plural(secrets, t`${secrets} secret`, t`${secrets} secrets`);
  return t`It cannot be deleted: it is granted to ${applications}, and its resource server has ${servers}. Take that away first.`;
}
