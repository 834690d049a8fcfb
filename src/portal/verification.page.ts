import { t } from '../platform/language/speaking.js';
import { type Field, fieldsOf } from '../platform/web/form.js';
import { momentOf } from '../platform/words.js';
import { applicationHref } from './hrefs.js';
import type { VerificationLine, VerificationPage } from './models.js';
import type { VerificationRow, VerificationsOf } from './verification.query.js';

export const verificationHref = (applicationId: string) =>
  `${applicationHref(applicationId)}/verification`;

/** What was ticked and typed; the rules are those of the feature. */
export interface VerificationForm {
  domainIds: string[];
  resourceIds: string[];
  note: string;
}

export function readVerification(body: unknown): VerificationForm {
  const { domainIds, resourceIds, note } = (body ?? {}) as Record<string, unknown>;
  return {
    domainIds: texts(domainIds),
    resourceIds: texts(resourceIds),
    note: typeof note === 'string' ? note : '',
  };
}

const texts = (sent: unknown): string[] =>
  [sent].flat().filter((each): each is string => typeof each === 'string');

export function verificationPage(
  found: VerificationsOf,
  rows: VerificationRow[],
  form?: VerificationForm,
  error?: unknown,
): VerificationPage {
  const { domains, resources, mayKeep, id, name } = found;
  const waits = rows.some(({ state }) => state === 'pending');
  const all = { domainIds: '', resourceIds: '', note: form?.note ?? '' };
  const fields = fieldsOf(all, error);
  return {
    application: { name, href: applicationHref(id) },
    requests: rows.map((row) => verificationLine(row, mayKeep ? verificationHref(id) : undefined)),
    refusal: mayKeep ? refusalOf(found, waits) : undefined,
    form:
      mayKeep && !waits && domains.length > 0 && resources.length > 0
        ? {
            action: verificationHref(id),
            domainIds: choicesOf(domains, ({ host }) => host, form?.domainIds, fields.domainIds),
            resourceIds: choicesOf(
              resources,
              (resource) => resource.name,
              form?.resourceIds ?? resources.map((resource) => resource.id),
              fields.resourceIds,
            ),
            note: fields.note,
          }
        : undefined,
  };
}

function refusalOf({ domains, resources }: VerificationsOf, waits: boolean): string | undefined {
  if (waits) return undefined;
  if (resources.length === 0) return t`No resource needs verification now.`;
  return domains.length === 0 ? t`Add a domain first: verification is for domains.` : undefined;
}

function choicesOf<T extends { id: string }>(
  all: T[],
  label: (each: T) => string,
  ticked: string[] = [],
  { error }: Field,
) {
  const choices = all.map((each) => ({
    value: each.id,
    label: label(each),
    checked: ticked.includes(each.id),
  }));
  return { choices, error };
}

export const verificationStates = () => ({
  pending: { key: 'due', text: t`Waits for IT` },
  accepted: { key: 'done', text: t`Verified` },
  declined: { key: 'refused', text: t`Declined` },
  withdrawn: { key: 'off', text: t`Withdrawn` },
});

function verificationLine(row: VerificationRow, base: string | undefined): VerificationLine {
  return {
    hosts: row.hosts,
    resources: row.resources,
    note: row.note,
    asked: { by: row.requestedBy, at: momentOf(row.requestedAt) },
    state: verificationStates()[row.state],
    decided: row.decidedAt
      ? {
          by: row.decidedBy!,
          at: momentOf(row.decidedAt),
          note: row.decisionNote ?? undefined,
        }
      : undefined,
    withdrawAction: base && row.state === 'pending' ? `${base}/${row.id}/withdraw` : undefined,
  };
}
