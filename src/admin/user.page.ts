import type { Viewer } from '../authentication/viewer.js';
import { roleTitle } from '../applications/role-words.js';
import { plural, t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { dayMoment, instantText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import { ForgottenForm, ResetForm, RoleForm } from './forms.js';
import { applicationHref, organisationHref, userHref } from './hrefs.js';
import { madeSecret } from './made-secret.page.js';
import type { Option, RoleLine, UserPage } from './models.js';
import type { UserFacts, UserRoleRow } from './user.query.js';
import { dayOf, userState } from './words.js';
import { answerText } from '../reminders/answer-words.js';

/** What was typed into one of the page's forms, and what was wrong with it. */
export interface Typed {
  role?: RoleForm;
  reset?: ResetForm;
  forgotten?: ForgottenForm;
  error?: unknown;
}

export function userPage(row: UserFacts, viewer: Viewer, now: Date, typed: Typed = {}): UserPage {
  const href = userHref(row.id);
  const open = row.closedAt === null;
  const somebodyElse = row.id !== viewer.id;
  const isIt = row.roles.some(({ role }) => role === 'it');
  return {
    name: row.name,
    email: row.email,
    state: stateOf(row),
    warning:
      open && row.refused !== null
        ? t`The last mail to ${row.email} was refused (${answerText(row.refused)}). Please check the address with ${row.name}.`
        : undefined,
    organisation: row.organisationId
      ? { label: row.organisation!, href: organisationHref(row.organisationId) }
      : undefined,
    facts: factsOf(row, now),
    roles: row.roles.map((role) => roleLine(role, row, somebodyElse)),
    giveRole: open ? roleForm(row, now, typed) : undefined,
    giveItAction: open && !row.organisationId && !isIt ? `${href}/it` : undefined,
    invite:
      open && !row.activatedAt
        ? { action: `${href}/invitation`, text: invitationText(row, now) }
        : undefined,
    reset:
      open && somebodyElse && row.hasFactor
        ? {
            action: `${href}/factor-reset`,
            ...fieldsOf(typed.reset ?? new ResetForm(), typed.reset && typed.error),
          }
        : undefined,
    forgotten:
      open && somebodyElse && row.activatedAt
        ? {
            action: `${href}/password-reset`,
            ...fieldsOf(typed.forgotten ?? new ForgottenForm(), typed.forgotten && typed.error),
          }
        : undefined,
    endSessionsAction: open && somebodyElse && row.activatedAt ? `${href}/sessions/end` : undefined,
    closeHref: open && somebodyElse ? `${href}/close` : undefined,
    secrets: row.secrets.map((secret) => madeSecret(secret, now)),
  };
}

export function stateOf({ activatedAt, closedAt }: UserFacts) {
  return userState({ activated: activatedAt !== null, closed: closedAt !== null });
}

function factsOf(row: UserFacts, now: Date) {
  const facts = [
    { label: t`E-mail`, text: row.email },
    { label: t`Invited`, text: instantText(row.createdAt) },
    {
      label: t`First sign-in`,
      text: row.activatedAt
        ? instantText(row.activatedAt)
        : row.closedAt
          ? t`not yet`
          : t`not yet. ${invitationText(row, now)}`,
    },
    { label: t`Last sign-in`, text: row.lastSignInAt ? instantText(row.lastSignInAt) : t`never` },
    { label: t`Second factor`, text: factorText(row) },
  ];
  if (row.closedAt) facts.push({ label: t`Closed`, text: instantText(row.closedAt) });
  return facts;
}

function factorText({ hasFactor, factorOff, recoveryCodes, passkeys }: UserFacts): string {
  if (!hasFactor) return t`not set up; the next sign-in asks for it`;
  if (factorOff) return t`locked after too many wrong codes; reset it when you know who it is`;
  const codes = plural(
    recoveryCodes,
    t`${recoveryCodes} recovery code`,
    t`${recoveryCodes} recovery codes`,
  );
  const keys = plural(passkeys, t`${passkeys} passkey`, t`${passkeys} passkeys`);
  return passkeys > 0
    ? t`authenticator app, ${keys}, ${codes} left`
    : t`authenticator app, ${codes} left`;
}

function invitationText({ invitedUntil }: UserFacts, now: Date): string {
  if (!invitedUntil) return t`There is no invitation that can be used.`;
  return invitedUntil > now
    ? t`The invitation can be used until ${instantText(invitedUntil)}.`
    : t`The invitation ran out on ${instantText(invitedUntil)}.`;
}

function roleLine(row: UserRoleRow, user: UserFacts, somebodyElse: boolean): RoleLine {
  const mayWithdraw = row.role !== 'it' || somebodyElse;
  return {
    ...titleOf(row, user),
    confirmation: row.confirmedBy
      ? { by: row.confirmedBy, on: dayMoment(row.confirmedOn!) }
      : undefined,
    since: dayOf(row.grantedAt),
    lastDay: row.endsAt ? dayMoment(lastDay(new Date(row.endsAt))) : undefined,
    withdrawHref: mayWithdraw ? `/admin/roles/${row.assignmentId}/withdraw?back=user` : undefined,
  };
}

function titleOf(
  { role, roleName, level, idle, applicationId, application }: UserRoleRow,
  user: UserFacts,
) {
  const title = { label: roleTitle(role, roleName) };
  if (level === 'platform') return { title };
  const under =
    level === 'organisation'
      ? { label: user.organisation!, href: organisationHref(user.organisationId!) }
      : { label: application!, href: applicationHref(applicationId!) };
  return {
    title,
    under,
    idle: idle ? t`Opens nothing: this role is switched off or has ended.` : undefined,
  };
}

/** Operator staff have roles of the platform alone, of which IT has a button of its own. */
function roleForm(row: UserFacts, now: Date, typed: Typed): UserPage['giveRole'] {
  const options = row.organisationId ? memberOptions(row) : staffOptions(row);
  if (options.length === 0 && !row.organisationId) return undefined;
  return {
    action: `${userHref(row.id)}/roles`,
    ...fieldsOf(typed.role ?? new RoleForm(), typed.role && typed.error),
    options: [{ value: '', label: t`Choose a role` }, ...options],
    staff: !row.organisationId,
    today: utcDay(now),
  };
}

function memberOptions(row: UserFacts): Option[] {
  const organisation = row.organisation!;
  const isAdmin = holds(row, 'org_admin');
  const others = row.otherRoles.filter(({ level }) => level !== 'platform');
  return [
    ...row.applications
      .filter(({ id }) => !holds(row, 'credential_manager', id))
      .map(({ id, name }) => ({
        value: `credential_manager ${id}`,
        label: t`Credential manager of ${name}`,
      })),
    ...(isAdmin ? [] : [{ value: 'org_admin', label: t`Org admin of ${organisation}` }]),
    ...others
      .flatMap(({ key, name, level }) =>
        level === 'organisation'
          ? [{ value: key, label: t`${name} of ${organisation}`, held: holds(row, key) }]
          : row.applications.map((each) => ({
              value: `${key} ${each.id}`,
              label: t`${name} of ${each.name}`,
              held: holds(row, key, each.id),
            })),
      )
      .filter(({ held }) => !held),
  ];
}

function staffOptions(row: UserFacts): Option[] {
  return row.otherRoles
    .filter(({ key, level }) => level === 'platform' && !holds(row, key))
    .map(({ key, name }) => ({ value: key, label: name }));
}

function holds({ roles }: UserFacts, key: string, applicationId: string | null = null): boolean {
  return roles.some((each) => each.role === key && each.applicationId === applicationId);
}
