import { levelText } from '../applications/permission-words.js';
import { roleTexts } from '../applications/role-words.js';
import { actionTexts } from '../audit/action-words.js';
import { t } from '../platform/language/speaking.js';
import { parseUtcDay } from '../platform/utc-day.js';
import { dayText, endText, instantText } from '../platform/words.js';
import type { Level } from '../users/permissions.js';
import type { Fact, Option } from './models.js';

/** An event can be older than this version, with an action that is in no list any more. */
const actions: Record<string, () => string> = actionTexts;

const kinds: Record<string, () => string> = {
  organisation: () => t`Organisation`,
  application: () => t`Application`,
  user: () => t`User`,
  role: () => t`Role`,
  role_request: () => t`Role request`,
  secret: () => t`Secret`,
  domain: () => t`Domain`,
  client_user: () => t`User of an application`,
  access_request: () => t`Access`,
  verification: () => t`Verification`,
  reminder_run: () => t`Run`,
  calendar_feed: () => t`Calendar feed`,
  api: () => t`API`,
  resource: () => t`Resource`,
  signing_key: () => t`Signing key`,
  webhook: () => t`Webhook`,
};

const labels: Record<string, () => string> = {
  callerApplication: () => t`Application that called`,
  callerSecret: () => t`Secret that it used`,
  confirmedBy: () => t`Confirmed by`,
  confirmedOn: () => t`Confirmed on`,
  requestedBy: () => t`Asked by`,
  requestedAt: () => t`Asked on`,
  lastDay: () => t`Last day`,
  identityCheck: () => t`Identity check`,
  expiresAt: () => t`Ends`,
  signsFrom: () => t`Signs from`,
  resourceServer: () => t`Resource server`,
  api: () => t`API`,
  minutes: () => t`Minutes`,
  name: () => t`Name`,
  email: () => t`E-mail`,
  role: () => t`Role`,
  roleName: () => t`Role`,
  key: () => t`Key`,
  level: () => t`Place`,
  permissions: () => t`Permissions`,
  formerly: () => t`Before`,
  reason: () => t`Reason`,
  hint: () => t`Hint`,
  scopes: () => t`Scopes`,
  scope: () => t`Scope`,
  audience: () => t`Audience`,
  resource: () => t`Resource`,
  factor: () => t`Factor`,
  answer: () => t`Answer`,
  until: () => t`Until`,
  user: () => t`User`,
  day: () => t`Day`,
  operator: () => t`Operator`,
  country: () => t`Country`,
  slug: () => t`Slug`,
  ion: () => t`Ion`,
  kind: () => t`Kind`,
  sent: () => t`Sent`,
  failed: () => t`Failed`,
  due: () => t`Due`,
  noRecipient: () => t`No recipient`,
  application: () => t`Application`,
  skipped: () => t`Skipped`,
  created: () => t`Created`,
  changed: () => t`Changed`,
  removed: () => t`Removed`,
  format: () => t`Form`,
  domain: () => t`Domain`,
  event: () => t`Event`,
  message: () => t`Message`,
  secret: () => t`Secret`,
  host: () => t`Host name`,
  url: () => t`Address`,
  environment: () => t`Environment`,
  active: () => t`Active`,
  allowLogin: () => t`Sign-in`,
  allowApi: () => t`Other calls`,
  isPrimary: () => t`Primary`,
  serverIps: () => t`IP addresses of servers`,
  fallbackUri: () => t`Fallback address`,
};

/** Codes that mean something in one field alone. */
const codes: Record<string, Record<string, () => string>> = {
  environment: { live: () => t`Live`, test: () => t`Test` },
  kind: { callback: () => t`Callback address`, webhook: () => t`Webhook` },
};

const values: Record<string, () => string> = {
  ...roleTexts,
  'TOTP code': () => t`TOTP code`,
  'recovery code': () => t`recovery code`,
  enrolment: () => t`enrolment`,
  'wrong password': () => t`wrong password`,
  taken: () => t`on it`,
  replaced: () => t`replaced already`,
  not_mine: () => t`not theirs any more`,
};

export function actionText(action: string): string {
  return actions[action]?.() ?? inWords(action);
}

export function kindText(kind: string): string {
  return kinds[kind]?.() ?? inWords(kind);
}

/** The codes of the actions that a reader means by this text. */
export function actionsLike(text: string): string[] {
  if (Object.hasOwn(actions, text)) return [];
  const wanted = text.toLowerCase();
  return Object.keys(actions).filter((action) => actions[action]!().toLowerCase().includes(wanted));
}

/** What can be chosen on the page; what stands in the address stays, also when it is in no list. */
export function actionOptions(chosen: string): Option[] {
  const known = Object.entries(actions).map(([value, label]) => ({ value, label: label() }));
  const other =
    chosen && !(chosen in actions) ? [{ value: chosen, label: actionText(chosen) }] : [];
  return [{ value: '', label: t`Everything` }, ...other, ...known];
}

/** The facts that an event keeps, as words. */
export function detailFacts(detail: Record<string, unknown>): Fact[] {
  return (
    Object.entries(detail)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      // Of a role that IT made people read the name, and programs the key.
      .filter(([name]) => name !== 'role' || !detail.roleName)
      .map(([name, value]) => ({
        label: labels[name]?.() ?? inWords(name),
        text: valueText(name, value),
      }))
  );
}

function valueText(name: string, value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const day = parseUtcDay(value);
  if (day) return dayText(day);
  if (name === 'level') return levelText(value as Level);
  if (name === 'expiresAt') return endText(new Date(value));
  if (name === 'signsFrom' || name === 'requestedAt') return instantText(new Date(value));
  if (name === 'hint') return `${value}…`;
  const code = codes[name];
  if (code && Object.hasOwn(code, value)) return code[value]!();
  // Names that people give can be those of every object, such as `__proto__`.
  return Object.hasOwn(values, value) ? values[value]!() : value;
}

/** `recovery_codes.renew` → `Recovery codes renew`; `keyNumber` → `Key number`. */
function inWords(code: string): string {
  const text = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[._-]+/g, ' ')
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}
