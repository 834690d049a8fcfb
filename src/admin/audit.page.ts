import type { EventRow } from '../audit/events.query.js';
import { t } from '../platform/language/speaking.js';
import { actionOptions, actionText, detailFacts, kindText } from './audit-words.js';
import { dayError } from '../platform/day-range.js';
import type { AuditForm } from './audit.query.js';
import { applicationHref, organisationHref, resourceHref, userHref } from './hrefs.js';
import type { Pagination } from './keyset.js';
import type { AuditPage } from './models.js';
import { moment } from './words.js';

export function auditPage(form: AuditForm, rows: EventRow[], pagination: Pagination): AuditPage {
  const asked = Object.entries(form).filter(([, value]) => value !== '') as [string, string][];
  const query = new URLSearchParams(asked).toString();
  const href = (name: string) => `/admin/audit/export.${name}${query && `?${query}`}`;
  return {
    who: { value: form.who },
    what: { value: form.what },
    on: { value: form.on },
    from: { value: form.from, error: dayError(form.from) },
    to: { value: form.to, error: dayError(form.to) },
    actions: actionOptions(form.what),
    filtered: asked.length > 0,
    exports: [
      { label: t`CSV`, href: href('csv') },
      { label: t`JSON`, href: href('json') },
    ],
    events: rows.map(auditLine),
    pagination,
  };
}

export function auditLine(row: EventRow): AuditPage['events'][number] {
  return {
    at: moment(row.at),
    actor: { label: row.actor, href: row.actorId ? userHref(row.actorId) : undefined },
    action: actionText(row.action),
    subject: { label: row.subject, href: subjectHref(row) },
    subjectKind: kindText(row.subjectKind),
    place: placeOf(row),
    outcome:
      row.outcome === 'done'
        ? { key: 'done', text: t`Done` }
        : { key: 'refused', text: t`Refused` },
    address: row.address ?? undefined,
    details: detailFacts(row.detail),
  };
}

/** A secret has no page of its own here; its application has. */
function subjectHref(row: EventRow): string | undefined {
  if (row.subjectKind === 'secret')
    return row.applicationId ? applicationHref(row.applicationId) : undefined;
  if (!row.subjectId) return undefined;
  const pages: Record<string, (id: string) => string> = {
    organisation: organisationHref,
    application: applicationHref,
    user: userHref,
    resource: resourceHref,
  };
  return pages[row.subjectKind]?.(row.subjectId);
}

/** Where it was, as far as the subject's name does not say so. */
function placeOf({
  subjectKind,
  application,
  organisation,
  subject,
}: EventRow): string | undefined {
  if (subjectKind !== 'application' && application) return application;
  return organisation && organisation !== subject ? organisation : undefined;
}
