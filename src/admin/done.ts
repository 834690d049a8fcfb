import type { Notice } from '../platform/web/frame.js';

const texts = {
  'organisation-created': 'The organisation is created. Next, create its applications.',
  'organisation-changed': 'The details are changed.',
  'application-created': 'The application is created and has its client ID. Next, grant resources.',
  disabled: 'The application is disabled. Its secrets do not work until it is enabled again.',
  enabled: 'The application is enabled. Its secrets work again.',
  deleted: 'The application is deleted. Nothing can connect with its secrets any more.',
  granted: 'The resource is granted.',
  'grant-withdrawn': 'The resource is withdrawn.',
  'api-created': 'The API is created. Next, create its resources.',
  'resource-created': 'The resource is created. It can be granted to applications of its API.',
  renamed: 'The name is changed.',
  'api-deleted': 'The API is deleted.',
  'resource-deleted': 'The resource is deleted. Its audience and scope are free again.',
  'tokens-set': 'Saved. It holds for new tokens.',
  'secret-off': 'The secret is switched off. It does not work until it is switched on again.',
  'secret-on': 'The secret is switched on. It works again.',
  'secret-deleted': 'The secret is deleted. Nothing can connect with it any more.',
  'role-given': 'The role is given. It holds from now on.',
  'role-withdrawn': 'The role is withdrawn. It holds no longer.',
  'request-approved': 'The role is given, and whoever asked gets a mail. Somebody new is invited.',
  'request-declined': 'The request is declined. Whoever asked gets a mail with your reason.',
  invited: 'The account is made and the invitation is on its way by mail. Next, give it a role.',
  'invited-again': 'A new invitation is on its way by mail. Earlier ones do not work any more.',
  'invitation-revoked': 'The invitation is revoked. Its link does not work any more.',
  'factor-reset': 'The second factor is reset. The next sign-in asks for a new one.',
  applied: 'The file is applied. The audit has an event for each change.',
  'address-checked': 'The address counts as good again.',
  acknowledged: 'It is written down, and everybody in IT sees it.',
  'taken-back': 'It is taken back.',
  settled: 'It is settled.',
  closed: 'The account is closed. It cannot sign in any more.',
};

export type Done = keyof typeof texts;

/** After a change the address names what was done; only our own texts are shown. */
export function doneNotice(done: unknown): Notice | undefined {
  if (typeof done !== 'string' || !Object.hasOwn(texts, done)) return undefined;
  return { kind: 'success', text: texts[done as Done] };
}
