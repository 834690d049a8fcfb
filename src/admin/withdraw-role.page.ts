import { applicationHref, userHref } from './hrefs.js';
import type { ConfirmPage } from './models.js';
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
  const label = href === userHref(row.userId) ? row.user : row.application!;
  return {
    breadcrumb: [
      href === userHref(row.userId)
        ? { label: 'Users', href: '/admin/users' }
        : { label: 'Organisations', href: '/admin/organisations' },
      { label, href },
    ],
    heading: 'Withdraw this role?',
    paragraphs: [
      'It holds no longer from the next click on, and its reminders stop. You can give it again, with a new confirmation.',
    ],
    warning: warningOf(row),
    facts: [
      { label: 'Person', text: `${row.user} (${row.email})` },
      { label: 'Role', text: roleText(row) },
    ],
    action: `/admin/roles/${row.id}/withdraw`,
    hidden: [{ name: 'back', value: back }],
    button: 'Withdraw role',
    danger: true,
    cancelHref: href,
  };
}

/** Fewer than two is worth a word, never a block (R4). */
function warningOf({ role, others }: AssignmentRow): string | undefined {
  if (role !== 'credential_manager' || others >= 2) return undefined;
  return others === 0
    ? 'Nobody else manages this application. After this, nobody can replace its secrets.'
    : 'After this, the application has one credential manager only. It should have two.';
}

function roleText({ role, application, organisation }: AssignmentRow): string {
  if (role === 'it') return 'IT';
  return role === 'org_admin'
    ? `Org admin of ${organisation}`
    : `Credential manager of ${application}`;
}
