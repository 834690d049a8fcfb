import { permissionLabel } from '../applications/permission-words.js';
import { listed, plural, t } from '../platform/language/speaking.js';
import type { Permission } from '../users/permissions.js';
import type { CustomRoleRow } from './custom-roles.query.js';
import { roleHref } from './hrefs.js';
import type { ConfirmPage } from './models.js';

export const roleTurns = ['off', 'on', 'end'] as const;
export type RoleTurn = (typeof roleTurns)[number];

/** How many people gain or lose what, before it happens. */
export function changeRolePage(
  row: CustomRoleRow,
  wanted: readonly Permission[],
  hidden: ConfirmPage['hidden'],
): ConfirmPage {
  const gained = wanted.filter((each) => !row.permissions.includes(each));
  const lost = row.permissions.filter((each) => !wanted.includes(each));
  return {
    ...frameOf(row, t`Change this role?`),
    paragraphs: [gainText(row, gained), loseText(row, lost)].filter((text) => text !== ''),
    action: roleHref(row.key),
    hidden,
    button: t`Change role`,
    danger: lost.length > 0,
  };
}

export function turnRolePage(row: CustomRoleRow, turn: RoleTurn): ConfirmPage {
  const [heading, button] = headings()[turn];
  const paragraphs = {
    off: [
      loseText(row, row.permissions),
      t`Everybody keeps the role, and it can be switched on again.`,
    ],
    on: [gainText(row, row.permissions)],
    end: [
      loseText(row, row.permissions),
      t`This is for good: the role stays in the list, and cannot be given any more.`,
    ],
  };
  return {
    ...frameOf(row, heading),
    paragraphs: paragraphs[turn],
    action: `${roleHref(row.key)}/${turn}`,
    button,
    danger: turn !== 'on',
  };
}

const headings = (): Record<RoleTurn, [string, string]> => ({
  off: [t`Switch this role off?`, t`Switch role off`],
  on: [t`Switch this role on?`, t`Switch role on`],
  end: [t`End this role?`, t`End role`],
});

function frameOf(row: CustomRoleRow, heading: string) {
  return {
    breadcrumb: [
      { label: t`Roles`, href: '/admin/roles' },
      { label: row.name, href: roleHref(row.key) },
    ],
    heading,
    facts: [
      { label: t`Role`, text: row.name },
      { label: t`Key`, text: row.key },
    ],
    cancelHref: roleHref(row.key),
  };
}

function gainText({ holders }: CustomRoleRow, gained: readonly Permission[]): string {
  const what = listed(gained.map(permissionLabel));
  if (gained.length === 0) return '';
  return plural(
    holders,
    t`${holders} person gains at once: ${what}.`,
    t`${holders} people gain at once: ${what}.`,
  );
}

function loseText({ holders }: CustomRoleRow, lost: readonly Permission[]): string {
  const what = listed(lost.map(permissionLabel));
  if (lost.length === 0) return '';
  return plural(
    holders,
    t`${holders} person loses at once: ${what}.`,
    t`${holders} people lose at once: ${what}.`,
  );
}
