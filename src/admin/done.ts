import { t } from '../platform/language/speaking.js';
import type { Notice } from '../platform/web/frame.js';

const texts = {
  'organisation-created': () => t`The organisation is created. Next, create its applications.`,
  'organisation-changed': () => t`The details are changed.`,
  'application-created': () =>
    t`The application is created and has its client ID. Next, grant resources.`,
  disabled: () =>
    t`The application is disabled. Its secrets do not work until it is enabled again.`,
  enabled: () => t`The application is enabled. Its secrets work again.`,
  deleted: () => t`The application is deleted. Nothing can connect with its secrets any more.`,
  granted: () => t`The resource is granted.`,
  'grant-withdrawn': () => t`The resource is withdrawn.`,
  'api-created': () => t`The API is created. Next, create its resources.`,
  'resource-created': () =>
    t`The resource is created. It can be granted to applications of its API.`,
  renamed: () => t`The name is changed.`,
  'api-deleted': () => t`The API is deleted.`,
  'resource-deleted': () => t`The resource is deleted. Its audience and scope are free again.`,
  'tokens-set': () => t`Saved. It holds for new tokens.`,
  'secret-off': () =>
    t`The secret is switched off. It does not work until it is switched on again.`,
  'secret-on': () => t`The secret is switched on. It works again.`,
  'secret-deleted': () => t`The secret is deleted. Nothing can connect with it any more.`,
  'role-made': () => t`The role is made. It can be given to people now.`,
  'role-changed': () => t`The role is changed. It holds from now on.`,
  'role-off': () => t`The role is switched off. It opens nothing until it is switched on again.`,
  'role-on': () => t`The role is switched on. It opens again what it opened.`,
  'role-ended': () => t`The role has ended. It opens nothing any more.`,
  'role-given': () => t`The role is given. It holds from now on.`,
  'role-withdrawn': () => t`The role is withdrawn. It holds no longer.`,
  'request-approved': () =>
    t`The role is given, and whoever asked gets a mail. Somebody new is invited.`,
  'request-declined': () => t`The request is declined. Whoever asked gets a mail with your reason.`,
  invited: () =>
    t`The account is made and the invitation is on its way by mail. Next, give it a role.`,
  'invited-again': () =>
    t`A new invitation is on its way by mail. Earlier ones do not work any more.`,
  'invitation-revoked': () => t`The invitation is revoked. Its link does not work any more.`,
  'factor-reset': () => t`The second factor is reset. The next sign-in asks for a new one.`,
  'password-reset-sent': () =>
    t`A link for another password is on its way by mail. It works once, for a day.`,
  'sessions-ended': () => t`All sessions are ended. The next page asks for the sign-in.`,
  applied: () => t`The file is applied. The audit has an event for each change.`,
  'address-checked': () => t`The address counts as good again.`,
  acknowledged: () => t`It is written down, and everybody in IT sees it.`,
  'taken-back': () => t`It is taken back.`,
  settled: () => t`It is settled.`,
  verified: () => t`Verified. Whoever asked gets a mail.`,
  'not-verified': () => t`Declined. Whoever asked gets a mail.`,
  'verification-ended': () => t`The verification is taken back.`,
  'verification-needed': () => t`It needs verification from now on.`,
  'verification-free': () => t`It needs no verification any more.`,
  closed: () => t`The account is closed. It cannot sign in any more.`,
};

export type Done = keyof typeof texts;

/** After a change the address names what was done; only our own texts are shown. */
export function doneNotice(done: unknown): Notice | undefined {
  if (typeof done !== 'string' || !Object.hasOwn(texts, done)) return undefined;
  return { kind: 'success', text: texts[done as Done]() };
}
