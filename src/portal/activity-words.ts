/** The kinds of activity that can be asked for, each with the actions that it takes in. */
export const kinds = {
  all: 'Everything done',
  secrets: 'Secrets',
  people: 'People',
  application: 'Application and access',
  reminders: 'Answers to reminders',
  refused: 'Refused calls',
} as const;
export type Kind = keyof typeof kinds;

/** What the audit calls it, and what readers do. What is not here is not for an application's people. */
const actions: Record<Exclude<Kind, 'all' | 'refused'>, Record<string, string>> = {
  secrets: {
    'secret.create': 'Secret created',
    'secret.switch_off': 'Secret switched off',
    'secret.switch_on': 'Secret switched on',
    'secret.delete': 'Secret deleted',
  },
  people: {
    'role.give': 'Role given',
    'role.withdraw': 'Role withdrawn',
  },
  application: {
    'application.create': 'Application created',
    'application.disable': 'Application disabled',
    'application.enable': 'Application enabled',
    'grant.give': 'Resource granted',
    'grant.withdraw': 'Resource withdrawn',
  },
  reminders: {
    'reminder.acknowledge': 'Reminder answered',
    'reminder.settle': 'Answer to a reminder settled',
    'reminder.take_back': 'Answer to a reminder taken back',
  },
};

const texts = Object.assign({}, ...Object.values(actions)) as Record<string, string>;

export const roleTexts: Record<string, string> = {
  credential_manager: 'credential manager',
  org_admin: 'org admin',
};

export function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text);
}

export function actionsOfKind(kind: Kind): string[] {
  if (kind === 'refused') return [];
  return Object.keys(kind === 'all' ? texts : actions[kind]);
}

export function textOf(action: string): string {
  return texts[action] ?? action;
}
