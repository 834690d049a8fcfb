import { IsUUID, Matches, ValidateIf } from 'class-validator';
import { Transform } from 'class-transformer';
import { t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { dayMoment, momentOf } from '../platform/words.js';
import type { RoleQuestion } from '../applications/role-question.js';
import type { RoleRequestLine, RoleRequestNewPage } from './models.js';
import type { RequestChoices, RoleRequestRow } from './role-requests.query.js';

/** The value of the person's field for somebody without an account. */
const somebodyNew = 'new';

export class RoleRequestForm {
  @Matches(/^(org_admin|credential_manager [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/, {
    message: () => t`Choose a role.`,
  })
  role = '';

  @ValidateIf(({ userId }: RoleRequestForm) => userId !== somebodyNew)
  @IsUUID('all', { message: () => t`Choose someone, or somebody new.` })
  userId = '';

  @Transform(({ value }: { value: string }) => value.trim())
  email = '';

  name = '';
  lastDay = '';
}

/** What was chosen, as the feature takes it; what was typed for somebody new counts only then. */
export function questionOf({ role, userId, ...typed }: RoleRequestForm): RoleQuestion {
  const [asked, applicationId] = role.split(' ') as [RoleQuestion['role'], string?];
  return {
    ...typed,
    role: asked,
    applicationId,
    userId: userId === somebodyNew ? undefined : userId,
  };
}

export function roleRequestNewPage(
  { organisation, people, applications }: RequestChoices,
  now: Date,
  form = new RoleRequestForm(),
  error?: unknown,
): RoleRequestNewPage {
  return {
    organisation,
    ...fieldsOf(form, error),
    roles: [
      { value: '', label: t`Choose a role` },
      ...applications.map(({ id, name }) => ({
        value: `credential_manager ${id}`,
        label: t`Credential manager of ${name}`,
      })),
      { value: 'org_admin', label: t`Org admin of ${organisation}` },
    ],
    people: [
      { value: '', label: t`Choose someone` },
      ...people.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` })),
      { value: somebodyNew, label: t`Somebody new` },
    ],
    today: utcDay(now),
  };
}

const states = () => ({
  open: { key: 'due', text: t`Waits for IT` },
  approved: { key: 'done', text: t`Approved` },
  declined: { key: 'refused', text: t`Declined` },
  withdrawn: { key: 'off', text: t`Withdrawn` },
});

export function roleRequestLine(row: RoleRequestRow): RoleRequestLine {
  return {
    name: row.name,
    email: row.email,
    role: row.role === 'org_admin' ? t`Org admin` : t`Credential manager`,
    of: row.application ?? row.organisation,
    lastDay: row.lastDay ? dayMoment(row.lastDay) : undefined,
    asked: { by: row.requestedBy, at: momentOf(row.requestedAt) },
    state: states()[row.state],
    decided: row.decidedAt
      ? { by: row.decidedBy!, at: momentOf(row.decidedAt), reason: row.reason ?? undefined }
      : undefined,
    withdrawAction: row.state === 'open' ? `/role-requests/${row.id}/withdraw` : undefined,
  };
}
