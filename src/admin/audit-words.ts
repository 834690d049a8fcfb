import { parseUtcDay } from '../platform/utc-day.js';
import { dayText, endText, instantText } from '../platform/words.js';
import type { Fact, Option } from './models.js';

/** What happened, for readers; the keys are what the features write into the audit. */
const actions: Record<string, string> = {
  'organisation.create': 'Organisation created',
  'organisation.change': 'Organisation changed',
  'application.create': 'Application created',
  'application.disable': 'Application disabled',
  'application.enable': 'Application enabled',
  'application.delete': 'Application deleted',
  'grant.give': 'Resource granted',
  'grant.withdraw': 'Resource withdrawn',
  'user.invite': 'User invited',
  'user.revoke_invitation': 'Invitation revoked',
  'user.change': 'User changed',
  'file.apply': 'File applied',
  'user.close': 'Account closed',
  'role.give': 'Role given',
  'role.withdraw': 'Role withdrawn',
  'role_request.file': 'Role asked for',
  'role_request.withdraw': 'Role request withdrawn',
  'role_request.approve': 'Role request approved',
  'role_request.decline': 'Role request declined',
  'invitation.accept': 'Invitation accepted',
  'factor.enrol': 'Second factor set up',
  'factor.off': 'Second factor locked',
  'factor.reset': 'Second factor reset',
  'recovery_codes.renew': 'Recovery codes renewed',
  'session.sign_in': 'Sign-in',
  'session.sign_out': 'Sign-out',
  'session.end': 'Session ended from elsewhere',
  'session.end_others': 'Other sessions ended',
  'password.change': 'Password changed',
  'factor.replace': 'Authenticator app replaced',
  'secret.create': 'Secret created',
  'secret.switch_off': 'Secret switched off',
  'secret.switch_on': 'Secret switched on',
  'secret.delete': 'Secret deleted',
  'api.create': 'API created',
  'api.rename': 'API renamed',
  'resource.create': 'Resource created',
  'resource.rename': 'Resource renamed',
  'resource.set_tokens': 'Tokens of a resource set',
  'signing_key.publish': 'Signing key published',
  'reminder.acknowledge': 'Reminder answered',
  'reminder.settle': 'Answer to a reminder settled',
  'user.address_checked': 'Address found good',
  'reminder.take_back': 'Answer to a reminder taken back',
  'calendar_feed.make': 'Calendar address made',
  'calendar_feed.revoke': 'Calendar address revoked',
  'reminders.run': 'Reminders run',
};

const kinds: Record<string, string> = {
  organisation: 'Organisation',
  application: 'Application',
  user: 'User',
  role_request: 'Role request',
  secret: 'Secret',
  reminder_run: 'Run',
  calendar_feed: 'Calendar feed',
  api: 'API',
  resource: 'Resource',
  signing_key: 'Signing key',
};

const labels: Record<string, string> = {
  callerApplication: 'Application that called',
  callerSecret: 'Secret that it used',
  confirmedBy: 'Confirmed by',
  confirmedOn: 'Confirmed on',
  requestedBy: 'Asked by',
  requestedAt: 'Asked on',
  lastDay: 'Last day',
  identityCheck: 'Identity check',
  expiresAt: 'Ends',
  signsFrom: 'Signs from',
  resourceServer: 'Resource server',
  api: 'API',
  minutes: 'Minutes',
  format: 'Form',
};

const values: Record<string, string> = {
  credential_manager: 'credential manager',
  org_admin: 'org admin',
  it: 'IT',
  taken: 'on it',
  replaced: 'replaced already',
  not_mine: 'not theirs any more',
};

export function actionText(action: string): string {
  return actions[action] ?? inWords(action);
}

export function kindText(kind: string): string {
  return kinds[kind] ?? inWords(kind);
}

/** The codes of the actions that a reader means by this text. */
export function actionsLike(text: string): string[] {
  if (Object.hasOwn(actions, text)) return [];
  const wanted = text.toLowerCase();
  return Object.keys(actions).filter((action) => actions[action]!.toLowerCase().includes(wanted));
}

/** What can be chosen on the page; what stands in the address stays, also when it is in no list. */
export function actionOptions(chosen: string): Option[] {
  const known = Object.entries(actions).map(([value, label]) => ({ value, label }));
  const other =
    chosen && !(chosen in actions) ? [{ value: chosen, label: actionText(chosen) }] : [];
  return [{ value: '', label: 'Everything' }, ...other, ...known];
}

/** The facts that an event keeps, as words. */
export function detailFacts(detail: Record<string, unknown>): Fact[] {
  return Object.entries(detail)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => ({
      label: labels[name] ?? inWords(name),
      text: valueText(name, value),
    }));
}

function valueText(name: string, value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const day = parseUtcDay(value);
  if (day) return dayText(day);
  if (name === 'expiresAt') return endText(new Date(value));
  if (name === 'signsFrom' || name === 'requestedAt') return instantText(new Date(value));
  if (name === 'hint') return `${value}…`;
  return values[value] ?? value;
}

/** `recovery_codes.renew` → `Recovery codes renew`; `keyNumber` → `Key number`. */
function inWords(code: string): string {
  const text = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
