import { roleText } from '../applications/role-words.js';
import { actionTexts } from '../audit/action-words.js';
import { dayError } from '../platform/day-range.js';
import { t } from '../platform/language/speaking.js';
import { endText, momentOf } from '../platform/words.js';
import { refusalReasons } from '../secrets/refusal-words.js';
import { type ActivityForm, kindOf, queryOf } from './activity-form.js';
import { type Kind, kinds } from './activity-words.js';
import type { Done, RefusedCallRecord } from './activity.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { ActivityPage, ActivityRow } from './models.js';

export interface Found {
  rows: (() => ActivityRow)[];
  /** The last row, when there are more. */
  older?: string;
}

export function activityPage(
  application: { id: string; name: string },
  form: ActivityForm,
  { rows, older }: Found,
): ActivityPage {
  const here = `${applicationHref(application.id)}/activity`;
  const kind = kindOf(form);
  const href = (next: Partial<ActivityForm>) => `${here}${queryOf(form, next)}`;
  const choices = Object.entries(kinds) as [Kind, () => string][];
  return {
    application: { name: application.name, href: applicationHref(application.id) },
    here,
    refused: kind === 'refused',
    choices: choices.map(([key, text]) => ({
      text: text(),
      href: href({ kind: key === 'all' ? '' : key }),
      current: key === kind,
    })),
    kind: kind === 'all' ? '' : kind,
    person: { value: form.person },
    from: { value: form.from, error: dayError(form.from) },
    to: { value: form.to, error: dayError(form.to) },
    filtered: Boolean(form.person || form.from || form.to),
    clearHref: href({ person: '', from: '', to: '' }),
    rows: rows.map((row) => row()),
    newestHref: form.older ? href({}) : undefined,
    olderHref: older ? href({ older }) : undefined,
    exports: (['csv', 'json'] as const).map((each) => ({
      label: each.toUpperCase(),
      href: `${here}/export.${each}${queryOf(form)}`,
    })),
  };
}

export function doneRow(applicationId: string, row: Done): ActivityRow {
  const what = actionTexts[row.action]();
  return {
    at: momentOf(row.at),
    what: row.outcome === 'refused' ? t`${what}: refused` : what,
    who: whoOf(row),
    on: row.subject,
    href: row.secretId ? secretHref(applicationId, row.secretId) : undefined,
    detail: detailOf(row),
  };
}

export function refusedRow(applicationId: string, row: RefusedCallRecord): ActivityRow {
  return {
    at: momentOf(row.at),
    what: refusalReasons[row.reason](),
    on: row.secret ?? undefined,
    href: row.secretId ? secretHref(applicationId, row.secretId) : undefined,
    from: row.address,
  };
}

export function whoOf({ who, program }: Done): string {
  return program ? t`the program ${who}` : who;
}

export function detailOf({ hint, expiresAt, resource, role, roleName }: Done): string | undefined {
  const parts = [
    hint && t`begins with ${hint}`,
    expiresAt && t`ends ${endText(new Date(expiresAt))}`,
    resource,
    role && roleText(role, roleName),
  ];
  return parts.filter(Boolean).join(', ') || undefined;
}
