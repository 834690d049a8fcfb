import type { DomainLine, DomainsPanel } from '../domains/domain-line.js';
import type { Field } from '../platform/web/form.js';
import type { Moment } from '../platform/words.js';
import type { RefusedCallLine } from '../secrets/refused-calls.js';
import type { DomainForm } from './domain-form.js';

/*
 * What the templates of this door print: `templates/pages/auth/*` and `templates/pages/portal/*`.
 * Each page model is named after its template. Texts are ready to print and are escaped there.
 */

// Sign-in

/** auth/sign-in */
export interface SignInPage {
  email: Field;
  password: Field;
  /** Where to go afterwards; hidden. */
  next: Field;
  /** What to take up again afterwards; hidden. */
  resume?: Field;
}

/** auth/code */
export interface CodePage {
  code: Field;
  passkey: Field;
  passkeyFrom?: string;
  next?: Field;
  recoveryHref: string;
}

/** auth/recovery */
export interface RecoveryPage {
  recoveryCode: Field;
  next?: Field;
  codeHref: string;
}

/** auth/unlock */
export interface UnlockPage {
  email: string;
  code: Field;
  passkey: Field;
  passkeyFrom?: string;
  next?: Field;
}

/** auth/invitation */
export interface InvitationPage {
  organisation: string;
  name: string;
  email: string;
  password: Field;
  passwordAgain: Field;
  /** What a password must be, one sentence each. */
  rules: string[];
}

/** auth/invitation-gone: unknown, used, revoked and expired look alike. */
export type InvitationGonePage = Record<string, never>;

/** auth/password-reset */
export interface PasswordResetPage {
  email: string;
  password: Field;
  passwordAgain: Field;
  code: Field;
  /** Where the account has a second factor. */
  asksCode: boolean;
  rules: string[];
}

/** auth/enrol */
export interface EnrolPage {
  /** Trusted SVG of our own making, printed as it is. */
  qrSvg: string;
  /** The same key in base32, without spaces. */
  key: string;
  email: string;
  code: Field;
}

/** auth/recovery-codes: shown once. */
export interface RecoveryCodesPage {
  codes: string[];
  /** A checkbox with the value `yes`. */
  stored: Field;
  /** Where the form posts, for the page is an answer to another form. */
  action: string;
}

/** auth/recovery-codes-again: they were shown and not confirmed; one button makes new ones. */
export interface RecoveryCodesAgainPage {
  action: string;
}

/** auth/signed-out */
export type SignedOutPage = Record<string, never>;

// Applications

export interface Environment {
  key: 'production' | 'sandbox';
  text: string;
  resources: { name: string; audience: string }[];
}

export interface SecretState {
  key: 'active' | 'expiring' | 'superseded' | 'off' | 'expired' | 'deleted';
  text: string;
}

/** Someone as an actor; `left` when the account is closed (R13). */
export interface Person {
  name: string;
  left: boolean;
}

/** A secret as one line of a list. */
export interface SecretLine {
  id: string;
  name: string;
  /** The first three characters, without dots. */
  hint: string;
  href: string;
  state: SecretState;
  ends: Moment;
  /** "in 12 days", "today", "3 days ago". */
  endsWhen: string;
  /** The share of its life that is left, 0 to 100. */
  lifeLeft: number;
  /** "used yesterday", "never used". */
  usedWhen: string;
  /** The same in words, "5 of 345 days left"; absent after its end, and where it is deleted. */
  lifeText?: string;
  /** The sentence beside the warning mark: ends soon, has expired, a newer one is in use … (S11, M7). */
  warning?: string;
  /** Its value never arrived: the sentence that says so. */
  lost?: string;
  /** It has leaked, until it is deleted: the sentence that says so. */
  leak?: string;
  /** Who has taken it on or says that it is replaced, one sentence each. */
  taken: string[];
}

/** portal/home: the applications come sorted by urgency. */
export interface HomePage {
  /** What needs somebody, in words; empty when nothing does. */
  attention?: string[];
  timeLine?: TimeLine;
  /** Absent where a search would be longer than the list. */
  search?: {
    q: string;
    show: string;
    /** Narrowed lists with the number of their applications; the whole list first. */
    choices: { text: string; count?: string; href: string; current: boolean }[];
    /** Nothing fits. */
    nothing?: string;
  };
  /** The rest of the list. */
  moreHref?: string;
  /** What the list is: "The applications you manage" or "All applications of Matchis". */
  intro: string;
  applications: HomeApplication[];
  /** Nothing to list although there is a role: what to do. */
  emptyText: string;
}

/** What ends when, drawn as SVG: one column per week. */
export interface TimeLine {
  width: number;
  /** Where the picture begins: a low one takes less room. */
  top: number;
  /** The picture in words. */
  label: string;
  /** Where today stands. */
  today: number;
  months: { x: number; text: string }[];
  weeks: {
    x: number;
    /** The height of each dot. */
    dots?: number[];
    /** Instead of dots where there are many. */
    bar?: { y: number; height: number };
    tone: 'bad' | 'warn' | 'calm';
    title: string;
    more?: { y: number; text: string };
  }[];
  /** Weeks in which several end. */
  warnings: string[];
  /** What is counted. */
  notes?: string[];
  list: {
    week: Moment;
    secrets: { name: string; href: string; application: string; lastDay: Moment }[];
    more?: string;
  }[];
}

export interface HomeApplication {
  id: string;
  name: string;
  organisation: string;
  href: string;
  clientId: string;
  /** Disabled by IT: the sentence that says so (A8). */
  disabled?: string;
  environments: Environment[];
  /** No secret works: the sentence that says so. */
  cannotConnect?: string;
  secrets: SecretLine[];
  /** Fewer than two credential managers: the sentence that says so (R4). */
  cover?: string;
  /** Names of the credential managers. */
  managers: string[];
  /** Only where the viewer may create. */
  createHref?: string;
}

/** portal/application */
export interface ApplicationPage {
  /** Where the module of domains is on, and the application has one. */
  webhooksHref?: string;
  usersHref?: string;
  verificationHref?: string;
  name: string;
  /** For those who may see what was done. */
  activityHref?: string;
  /** Where it has domains, and the module is on. */
  usageHref?: string;
  /** What was done to a secret a moment ago, above the list of secrets. */
  done?: string;
  /** Its page in the other door, for IT. */
  adminHref?: string;
  /** There are secrets, and none works. */
  cannotConnect?: string;
  organisation: string;
  clientId: string;
  disabled?: string;
  environments: Environment[];
  managers: Contact[];
  orgAdmins: Contact[];
  others: OtherPeople[];
  cover?: string;
  secrets: SecretRow[];
  rotation: RotationPanel;
  /** "2 of 10 secrets". */
  count: string;
  /** Only where the viewer may create, also at the limit. */
  createHref?: string;
  /** Why no secret can be created now (S8). */
  createRefusal?: string;
  connect: ConnectPanel;
  /** Where the module of domains is on. */
  domains?: DomainsPanel;
  /** The last calls that were refused, with their true reason (T4); newest first. */
  refused: RefusedCallLine[];
  /** How late one is seen. */
  refusedDelay: string;
}

/** How a program gets a token. */
export interface ConnectPanel {
  tokenUrl: string;
  /** Ready to paste; the secret comes from the environment variable CLIENT_SECRET. */
  commands: { id: string; label: string; code: string }[];
}

/** portal/domain */
export interface DomainPage extends DomainLine {
  application: { name: string; href: string };
  id: string;
  facts: { label: string; text: string }[];
  /** Where its logo is. */
  image?: string;
  changeHref?: string;
  deleteHref?: string;
  /** All of the application for those who keep the domain; for others those that are linked. */
  secrets: {
    id: string;
    name: string;
    hint: string;
    href: string;
    state: { key: string; text: string };
    linked: boolean;
  }[];
  /** The application has none at all. */
  noSecret: boolean;
  callbacks: {
    url: string;
    state: { key: string; text: string };
    active: boolean;
    switchAction?: string;
    removeAction?: string;
  }[];
  loginOff?: string;
  url: Field;
  logo: Field;
  mayAddUrl: boolean;
}

/** portal/domain-form, for a new domain and for a change of one. */
export interface DomainFormPage {
  application: { name: string; href: string };
  domain?: { host: string; href: string };
  action: string;
  /** Which other domain is the primary one now. */
  primary?: string;
  fields: Record<keyof DomainForm, Field>;
}

/** portal/domain-delete */
export interface DomainDeletePage {
  application: { name: string; href: string };
  domain: { host: string; href: string };
  confirm: Confirmation;
}

/** Replacing a secret: the four steps with the state of each, and the one that is next (S4, S13). */
export interface RotationPanel {
  heading: string;
  /** Something is to be done or was done lately; otherwise the steps are told in general. */
  told: boolean;
  text?: string;
  steps: { title: string; text: string; state: 'done' | 'now' | 'later' }[];
  /** For those who can take the step; `dialog` is the id of the same form as a dialog. */
  next?: { label: string; href: string; dialog?: string };
  /** For all others: who takes it, or why nobody can. */
  who?: string;
  /** What else waits. */
  more?: string;
  /** How late uses are seen. */
  delay: string;
}

/** People with a role that IT made. */
export interface OtherPeople {
  role: string;
  people: Contact[];
  /** The role brings no reminders. */
  unmailed: boolean;
}

export interface Contact {
  name: string;
  email: string;
  /** The end of a role that ends. */
  until?: Moment;
}

export interface SecretRow extends SecretLine {
  createdBy: Person;
  createdAt: Moment;
  /** Absent when it was never used. */
  lastUsed?: Moment;
  /** The last one sent: "three weeks before". */
  lastReminder?: { at: Moment; milestone: string };
  /** Only what the viewer may do. */
  actions: SecretAction[];
}

/** What may be done with a secret; the same facts as page and as dialog (S9, S10). */
export interface SecretAction {
  kind: 'switch-off' | 'switch-on' | 'delete';
  /** The confirm page. */
  href: string;
  /** Where the form posts. */
  action: string;
  cancelHref: string;
  /** The id of the secret; makes the dialog's id. */
  secretId: string;
  secretName: string;
  hint: string;
  application: string;
  createdBy: Person;
  createdAt: Moment;
  lastUsed?: Moment;
  /** Where it was begun; goes with the form. */
  back: 'application' | 'secret';
  /** It was used in the last days: how lately, how often, from where. */
  recentUse?: string;
  /** No other secret of this application works. */
  lastLive: boolean;
  /** To be deleted it needs its name typed (S9). */
  confirmName?: Field;
}

/** portal/secret-new */
export interface SecretNewPage extends LastDayWords {
  application: ApplicationLink;
  name: Field;
  /** YYYY-MM-DD */
  lastDay: Field;
  /** First and last day that can be chosen, YYYY-MM-DD in UTC. */
  min: string;
  max: string;
  /** The address of this form; it takes `name` and `lastDay`. */
  formHref: string;
  /** Nothing was created yet, because the chosen day is one off and nobody had said so. */
  held?: boolean;
  /** Buttons that fill the date in; shown only with a script. */
  presets: { label: string; day: string }[];
}

/** The chosen last day in words; the script asks for the same. */
export interface LastDayWords {
  /** "Its last day is Tue 3 June 2027, in 365 days, until 24:00 UTC." */
  endsText: string;
  /** "Reminder mails: Tue 22 April 2027; …; every day from … to …." */
  mailsText: string;
  dayOff?: DayOffWarning;
}

/** The last day is a weekend or a public holiday. */
export interface DayOffWarning {
  /** YYYY-MM-DD */
  day: string;
  text: string;
  /** The nearest working day before. */
  instead?: { day: string; label: string };
}

export interface ApplicationLink {
  name: string;
  href: string;
}

/** portal/secret-created: the only place where the value ever is (S5). */
export interface SecretCreatedPage {
  application: ApplicationLink & { clientId: string };
  /** The page of this secret, where a reload or the back button leads. */
  href: string;
  name: string;
  value: string;
  ends: Moment;
  endsWhen: string;
  /** Commands that try the secret; they read it from the terminal. */
  tryLine: string;
  /** Another secret of this application still works and is to be deleted after the switch. */
  replaces: boolean;
}

/** portal/secret */
export interface SecretPage {
  application: ApplicationLink & { clientId: string };
  name: string;
  hint: string;
  state: SecretState;
  warning?: string;
  lost?: string;
  leak?: string;
  /** Where a manager says that it may have leaked. */
  leakedHref?: string;
  ends: Moment;
  endsWhen: string;
  lifeLeft: number;
  lifeText?: string;
  /** The next step, for those who can take it: creating the one that replaces it. */
  createHref?: string;
  /** Why that is not possible now. */
  createRefusal?: string;
  createdBy: Person;
  createdAt: Moment;
  lastUsed?: Moment;
  switchedOff?: { by: Person; at: Moment };
  deleted?: { by: Person; at: Moment };
  actions: SecretAction[];
  whoIsOnIt: WhoIsOnIt;
  reminders: ReminderRow[];
  /** "Next mail: Tue 22 April 2027", or why there is none. */
  nextReminder?: string;
}

/** portal/secret-leaked: what it means to say that a secret may have leaked. */
export interface SecretLeakedPage {
  application: ApplicationLink;
  secret: { name: string; hint: string; href: string };
  confirm: {
    paragraphs: string[];
    action: string;
    button: string;
    danger: boolean;
    cancelHref: string;
  };
}

/** A row of the reminder ledger (M8). */
export interface ReminderRow {
  at: Moment;
  /** "three weeks before" */
  milestone: string;
  /** The address; absent when there was nobody to mail. */
  recipient?: string;
  /** The mail as it was sent. */
  mailHref?: string;
  /** Why it cannot be read here. */
  mailNote?: string;
  outcome: { key: 'due' | 'sent' | 'failed' | 'no_recipient' | 'superseded'; text: string };
  /** What the mail server said. */
  answer?: string;
}

/** portal/acknowledge: where the link of a reminder leads */
export interface AcknowledgePage {
  application: ApplicationLink;
  secret: ApplicationLink;
  line: SecretLine;
  ended: boolean;
  /** What people have said so far, one sentence each. */
  said: string[];
  action: string;
  kind: Field;
  /** YYYY-MM-DD */
  until: Field;
  /** The first and the last day that can be chosen. */
  today: string;
  last: string;
}

/** Who has taken a secret on, on its page. */
export interface WhoIsOnIt {
  /** A word that does not count any more is shown all the same. */
  said: { text: string; counts: boolean }[];
  /** Only for those who get its mails. */
  href?: string;
  takeBackAction?: string;
}

/** portal/mail: a reminder as it was sent */
export interface SentMailPage {
  application: ApplicationLink;
  secret: ApplicationLink;
  subject: string;
  facts: { label: string; text: string }[];
  /** Where the HTML part is. */
  htmlHref: string;
  text: string;
}

/** portal/calendar: the address of one's own calendar feed, without the address itself. */
export interface CalendarPage {
  /** IT: its secrets are those of resource servers. */
  ofServers: boolean;
  feed?: { madeAt: Moment; fetchedAt?: Moment };
}

/** portal/calendar-made: the only place where the address ever is. */
export interface CalendarMadePage {
  address: string;
}

/** portal/forecast */
export interface ForecastPage {
  intro: string;
  /** Where the feed for calendar programs is made; for those who are reminded of something. */
  calendarHref?: string;
  /** How many days are shown, and the other choices. */
  choices: { text: string; href: string; current: boolean }[];
  days: { day: Moment; when: string; mails: ForecastMailLine[] }[];
  /** "12 mails to 3 people". */
  count: string;
  /** Why this is not all. */
  cut?: string;
}

export interface ForecastMailLine {
  /** Absent when there is nobody to be mailed. */
  recipient?: { name: string; email: string };
  time: string;
  secrets: { name: string; hint: string; href?: string; owner: string; milestone: string }[];
}

/** portal/usage */
export interface UsagePage {
  application: ApplicationLink;
  choices: { text: string; href: string; current: boolean }[];
  total: string;
  delay: string;
  limit: string;
  /** Absent without calls. */
  chart?: {
    width: number;
    height: number;
    ground: number;
    label: string;
    bars: { x: number; width: number; live: Bar; test: Bar; title: string }[];
    marks: { x: number; text: string; end: boolean }[];
    list: { day: Moment; live: string; test: string }[];
  };
  routes: { host: string; environment: string; route: string; count: string; share: string }[];
}

interface Bar {
  y: number;
  height: number;
}

/** portal/activity */
export interface ActivityPage {
  application: ApplicationLink;
  /** The address without a query. */
  here: string;
  /** These are refused calls. */
  refused: boolean;
  choices: { text: string; href: string; current: boolean }[];
  kind: string;
  person: Field;
  from: Field;
  to: Field;
  filtered: boolean;
  clearHref: string;
  rows: ActivityRow[];
  newestHref?: string;
  olderHref?: string;
  exports: { label: string; href: string }[];
}

export interface ActivityRow {
  at: Moment;
  what: string;
  /** Absent for a refused call. */
  who?: string;
  /** What it was done to; of a refused call the secret, where it is one of this application. */
  on?: string;
  href?: string;
  detail?: string;
  /** The address that a refused call came from. */
  from?: string;
}

/** portal/confirm */
export interface ConfirmPage {
  application: ApplicationLink;
  secret: ApplicationLink;
  action: SecretAction;
}

/** portal/no-role */
export interface NoRolePage {
  organisation?: string;
  /** Of somebody whose roles open something, and no application. */
  role?: { name: string; text: string; links: { label: string; href: string }[] };
}

/** portal/which-secret: the pasted value itself is never printed (S14). */
export interface WhichSecretPage {
  pasted: Field;
  answer?: {
    title: string;
    text: string;
    found?: { secret: SecretLine; application: ApplicationLink };
  };
}

/** portal/profile */
export interface ProfilePage {
  name: string;
  email: string;
  roles: string;
  appSince: Moment;
  codesLeft: number;
  renewal: Confirmation;
  passkeys: PasskeyLine[];
  sessions: SessionLine[];
  /** Where the module of domains is on. */
  myApplicationsHref?: string;
}

export interface SessionLine {
  /** The one that shows this page. */
  present: boolean;
  /** "Firefox on Windows" */
  browser: string;
  address: string;
  since: Moment;
  seen: Moment;
  endAction?: string;
}

export interface PasskeyLine {
  id: string;
  name: string;
  made: Moment;
  lastUsed?: Moment;
  removeHref: string;
  confirm: Confirmation;
}

/** What the partial `confirm` is given. */
export interface Confirmation {
  paragraphs: string[];
  facts?: { label: string; text: string }[];
  action: string;
  button: string;
  /** Red unless it says otherwise. */
  danger?: boolean;
  cancelHref: string;
}

/** portal/profile-passkey-remove */
export interface PasskeyRemovalPage {
  name: string;
  confirm: Confirmation;
}

/** portal/profile-passkey: first its name, then the browser makes it. */
export interface NewPasskeyPage {
  name: Field;
  newPasskey: Field;
  /** What the browser makes it with, as JSON. */
  options?: string;
}

/** portal/profile-password */
export interface NewPasswordPage {
  email: string;
  rules: string[];
  password: Field;
  newPassword: Field;
  passwordAgain: Field;
  /** The last code is too old: one stands in the form itself. */
  needsCode: boolean;
  /** The same by a passkey. */
  passkeyFrom?: string;
}

/** portal/profile-authenticator: first the password, then the new key and its first code. */
export interface NewAppPage {
  email: string;
  password: Field;
  needsCode: boolean;
  passkeyFrom?: string;
  pending?: { key: string; qrSvg: string };
  code: Field;
}

/** portal/profile-codes: shown this once. */
export interface NewCodesPage {
  codes: string[];
}

/** portal/role-requests */
export interface RoleRequestsPage {
  requests: RoleRequestLine[];
}

export interface RoleRequestLine {
  name: string;
  email: string;
  role: string;
  /** The application or the organisation. */
  of: string;
  lastDay?: Moment;
  asked: { by: string; at: Moment };
  state: { key: string; text: string };
  decided?: { by: string; at: Moment; reason?: string };
  withdrawAction?: string;
}

/** portal/role-request-new */
export interface RoleRequestNewPage {
  organisation: string;
  role: Field;
  userId: Field;
  email: Field;
  name: Field;
  lastDay: Field;
  roles: { value: string; label: string }[];
  people: { value: string; label: string }[];
  today: string;
}

/** portal/profile-codes-renew */
export interface CodesRenewalPage {
  confirm: Confirmation;
}

/** portal/webhooks */
export interface WebhooksPage {
  application: { name: string; href: string };
  webhooks: WebhookLine[];
  /** Nothing can be added without a domain. */
  hasDomain: boolean;
  addHref?: string;
}

export interface WebhookLine {
  href: string;
  address: string;
  domain: string;
  test: boolean;
  state: { key: string; text: string };
  last?: { event: string; at: Moment; answer: string };
}

/** portal/webhook-new */
export interface WebhookNewPage {
  application: { name: string; href: string };
  href: string;
  domainId: Field;
  url: Field;
  domains: { value: string; label: string }[];
}

/** portal/webhook-secret: shown this once. */
export interface WebhookSecretPage {
  application: { name: string; href: string };
  href: string;
  address: string;
  secret: string;
  /** The one before signs as well until then. */
  formerUntil?: Moment;
}

/** portal/webhook */
export interface WebhookPage extends WebhookLine {
  application: { name: string; href: string };
  listHref: string;
  /** What to know about its state, where there is something to know. */
  trouble?: { kind: 'warning' | 'error' | 'info'; text: string };
  formerUntil?: Moment;
  actions?: WebhookActions;
  messages: WebhookMessageLine[];
  /** There are older ones than are listed. */
  more: boolean;
}

export interface WebhookActions {
  test?: string;
  rotateHref: string;
  /** It has no secret yet. */
  first: boolean;
  switchOffHref?: string;
  switchOn?: string;
  deleteHref: string;
}

export interface WebhookMessageLine {
  href: string;
  event: string;
  /** The secret that it is about. */
  secret?: string;
  at: Moment;
  state: { key: string; text: string };
  answer?: string;
  attempts: number;
}

/** portal/webhook-message */
export interface WebhookMessagePage {
  application: { name: string; href: string };
  webhook: { href: string; address: string };
  listHref: string;
  event: string;
  messageId: string;
  secret?: { name: string; href?: string };
  state: { key: string; text: string };
  at: Moment;
  /** When it is tried again. */
  next?: Moment;
  attempts: { number: number; at: Moment; answer: string; taken: boolean; duration?: string }[];
  /** As it is sent; absent when it is not kept any more. */
  body?: string;
  again?: string;
  againText: string;
}

/** portal/webhook-confirm */
export interface WebhookConfirmPage {
  application: { name: string; href: string };
  webhook: { href: string; address: string };
  listHref: string;
  heading: string;
  confirm: Confirmation;
}

// Signing in for applications

/** portal/consent */
export interface ConsentPage {
  application: string;
  organisation: string;
  host: string;
  environment: { key: string; text: string };
  /** As an address that holds the picture itself. */
  logo?: string;
  /** Whose account it is. */
  me: { name: string; email: string };
  /** The host that the browser comes back to. */
  goesTo: string;
  scopes: { value: string; label: string; checked: boolean }[];
  mayGoOn: boolean;
  /** Where they may not: what waits for an answer. */
  asked?: 'access' | 'test_user';
  note: Field;
}

/** portal/consent-end */
export interface ConsentEndPage {
  heading: string;
  text: string;
  back?: { href: string; host: string };
}

/** portal/my-applications */
export interface MyApplicationsPage {
  connections: {
    id: string;
    application: string;
    organisation: string;
    knows: string;
    since: Moment;
    last: Moment;
    revokeHref: string;
    confirm: Confirmation;
  }[];
  requests: AccessLine[];
}

/** A request to sign in on test domains, or an invitation to. */
export interface AccessLine {
  /** The application or the user: what the reader is not. */
  name: string;
  under: string;
  kind: string;
  note?: string;
  asked: { by: string; at: Moment };
  state: { key: string; text: string };
  decided?: { by: string; at: Moment };
  steps: { key: string; label: string; action: string; danger: boolean }[];
}

/** portal/revoke */
export interface RevokePage {
  application: string;
  confirm: Confirmation;
}

/** portal/application-users */
export interface ApplicationUsersPage {
  application: { name: string; href: string };
  connections: {
    name: string;
    email: string;
    knows: string;
    since: Moment;
    last: Moment;
    state: { key: string; text: string };
  }[];
  requests: AccessLine[];
  /** Only for those who decide. */
  invite?: { action: string; email: Field; note: Field };
}

/** portal/verification */
export interface VerificationPage {
  application: { name: string; href: string };
  requests: VerificationLine[];
  /** Why nothing can be asked for now. */
  refusal?: string;
  form?: { action: string; domainIds: Ticks; resourceIds: Ticks; note: Field };
}

export interface VerificationLine {
  hosts: string[];
  resources: string[];
  note: string;
  asked: { by: string; at: Moment };
  state: { key: string; text: string };
  decided?: { by: string; at: Moment; note?: string };
  withdrawAction?: string;
}

/** Boxes of one name. */
export interface Ticks {
  choices: { value: string; label: string; checked: boolean }[];
  error?: string;
}
