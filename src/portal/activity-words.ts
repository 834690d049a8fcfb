import type { Action } from '../audit/action-words.js';
import { t } from '../platform/language/speaking.js';

/** The kinds of activity that can be asked for. */
export const kinds = {
  all: () => t`Everything done`,
  secrets: () => t`Secrets`,
  people: () => t`People`,
  application: () => t`Application and access`,
  domains: () => t`Domains`,
  users: () => t`Users who sign in`,
  reminders: () => t`Answers to reminders`,
  webhooks: () => t`Webhooks`,
  refused: () => t`Refused calls`,
} as const;
export type Kind = keyof typeof kinds;

/** The actions that each takes in. What is not here is not for an application's people. */
const actions: Record<Exclude<Kind, 'all' | 'refused'>, readonly Action[]> = {
  secrets: [
    'secret.create',
    'secret.switch_off',
    'secret.switch_on',
    'secret.delete',
    'secret.leak',
  ],
  people: ['role.give', 'role.withdraw'],
  application: [
    'application.create',
    'application.disable',
    'application.enable',
    'grant.give',
    'grant.withdraw',
  ],
  domains: [
    'domain.create',
    'domain.change',
    'domain.delete',
    'domain.add_url',
    'domain.change_url',
    'domain.remove_url',
    'domain.link',
    'domain.unlink',
    'verification.request',
    'verification.accept',
    'verification.decline',
    'verification.withdraw',
  ],
  users: [
    'client_user.sign_in',
    'client_user.decline',
    'client_user.revoke',
    'access_request.ask',
    'access_request.invite',
    'access_request.accept',
    'access_request.decline',
    'access_request.withdraw',
    'access_request.end',
  ],
  reminders: ['reminder.acknowledge', 'reminder.settle', 'reminder.take_back'],
  webhooks: [
    'webhook.add',
    'webhook.rotate',
    'webhook.switch_off',
    'webhook.switch_on',
    'webhook.delete',
    'webhook.test',
    'webhook.redeliver',
  ],
};

export function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text);
}

export function actionsOfKind(kind: Kind): readonly Action[] {
  if (kind === 'refused') return [];
  return kind === 'all' ? Object.values(actions).flat() : actions[kind];
}
