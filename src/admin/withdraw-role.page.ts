import { t } from '../platform/language/speaking.js';
import { applicationHref, organisationHref, userHref } from './hrefs.js';
import type { ConfirmPage, Link } from './models.js';
import type { AssignmentRow } from './roles.query.js';

export type Back = 'application' | 'user';

/** Where the question came from, and where its answer leads. */
export function backHref(row: AssignmentRow, back: Back): string {
  return back === 'application' && row.applicationId
    ? applicationHref(row.applicationId)
    : userHref(row.userId);
}

export function withdrawRolePage(row: AssignmentRow, back: Back): ConfirmPage {
  const href = backHref(row, back);
  return {
    breadcrumb: breadcrumbTo(row, href),
    heading: t`Withdraw this role?`,
    paragraphs: [
      t`It ends at once, and its reminders stop. You can give it again, with a new confirmation.`,
    ],
    warning: warningOf(row),
    facts: [
      { label: t`Person`, text: `${row.user} (${row.email})` },
      { label: t`Role`, text: roleText(row) },
    ],
    action: `/admin/roles/${row.id}/withdraw`,
    hidden: [{ name: 'back', value: back }],
    button: t`Withdraw role`,
    danger: true,
    cancelHref: href,
  };
}

function breadcrumbTo(row: AssignmentRow, href: string): Link[] {
  if (href === userHref(row.userId)) {
    return [
      { label: t`Users`, href: '/admin/users' },
      { label: row.user, href },
    ];
  }
  return [
    { label: t`Organisations`, href: '/admin/organisations' },
    { label: row.organisation!, href: organisationHref(row.organisationId!) },
    { label: row.application!, href },
  ];
}

/** Fewer than two is worth a word, never a block (R4). */
function warningOf({ applicationId, managesSecrets, others }: AssignmentRow): string | undefined {
  if (!applicationId || !managesSecrets || others >= 2) return undefined;
  return others === 0
    ? t`No one else is an active credential manager of this application. After this, nobody can replace its secrets.`
    : t`After this, the application has only one active credential manager. It should have two.`;
}

function roleText({ role, roleName, application, organisation }: AssignmentRow): string {
  if (role === 'it') return t`IT`;
  if (roleName) {
    const place = application ?? organisation;
    return place ? t`${roleName} of ${place}` : roleName;
  }
  return role === 'org_admin'
    ? t`Org admin of ${organisation!}`
    : t`Credential manager of ${application!}`;
}
