import type { DomainsPanel } from '../domains/domain-line.js';
import type { Field } from '../platform/web/form.js';
import type { Moment } from '../platform/words.js';
import type { RefusedCallLine } from '../secrets/refused-calls.js';
import type { Pagination } from './keyset.js';

/*
 * What the templates of this door print: `templates/pages/admin/*`. Each page model is named after
 * its template. Texts are ready to print and are escaped there.
 */

export interface Link {
  label: string;
  href?: string;
}

export interface State {
  key: string;
  text: string;
}

export interface Option {
  value: string;
  label: string;
}

export interface Fact {
  label: string;
  text: string;
}

/** admin/organisations */
export interface OrganisationsPage {
  q: string;
  country: Field;
  sort: Field;
  countries: Option[];
  orders: Option[];
  /** Whether anything is asked for. */
  filtered: boolean;
  organisations: {
    name: string;
    href: string;
    country: string;
    slug: string;
    ion?: string;
    applications: number;
    users: number;
  }[];
  pagination: Pagination;
}

/** admin/applications */
export interface ApplicationsPage {
  q: string;
  organisation: Field;
  api: Field;
  show: Field;
  sort: Field;
  apis: Option[];
  shows: Option[];
  orders: Option[];
  /** Whether anything is asked for. */
  filtered: boolean;
  applications: (Omit<ApplicationLine, 'warnings'> & {
    organisation: Link;
    api: string;
    managers: number;
  })[];
  pagination: Pagination;
}

/** admin/organisation-form */
export interface OrganisationFormPage {
  breadcrumb: Link[];
  heading: string;
  lead: string;
  action: string;
  submit: string;
  cancelHref: string;
  country: Field;
  name: Field;
  slug: Field;
  ion: Field;
  /** Only said when it is created. */
  operator?: Field;
  countries: Option[];
  /** A short name made from the name that was typed. */
  suggestion?: string;
}

/** admin/organisation */
export interface OrganisationPage {
  name: string;
  editHref: string;
  facts: Fact[];
  newApplicationHref: string;
  newUserHref: string;
  applications: ApplicationLine[];
  users: UserLine[];
}

export interface ApplicationLine {
  name: string;
  href: string;
  state: State;
  /** Live secrets: not deleted, not off, not expired. */
  secrets: number;
  /** The next end among them. */
  nextEnd?: Moment & { when: string };
  /** R4, M6: one sentence each. */
  warnings: string[];
}

export interface UserLine {
  name: string;
  email: string;
  href: string;
  state: State;
  /** On the list of all users. */
  organisation?: Link;
  roles: string[];
  lastSignIn?: Moment;
}

/** admin/application-new */
export interface ApplicationNewPage {
  organisation: Link;
  kind: Field;
  apiCode: Field;
  apis: Option[];
  /** Every name that can result, one for each combination. */
  names: { name: string; what: string; taken: boolean }[];
}

/** admin/application */
export interface ApplicationPage {
  name: string;
  organisation: Link;
  clientId: string;
  state: State;
  facts: Fact[];
  /** A deleted application is only looked at. */
  deleted: boolean;
  warnings: string[];
  secretsHref?: string;
  /** Where the module of domains is on. */
  domains?: DomainsPanel;
  /** Those of its API that it has, or may have. */
  resources: {
    id: string;
    name: string;
    environment: State;
    audience: string;
    /** Granted since; absent when it is not granted. */
    since?: Moment;
    /** What the grant allows, for a resource that tells its callers apart. */
    scopes?: string[];
    /** The page on which they are chosen. */
    scopesHref?: string;
    withdrawHref?: string;
  }[];
  /** Where a form with `resourceId` posts; absent for a deleted application. */
  grantAction?: string;
  /** Why there are no other resources to grant. */
  grantNote?: string;
  managers: RoleLine[];
  /** People with roles that IT made. */
  otherRoles: RoleLine[];
  /** Absent for a deleted application. */
  manager?: {
    action: string;
    userId: Field;
    confirmedBy: Field;
    confirmedOn: Field;
    lastDay: Field;
    people: Option[];
    today: string;
    inviteHref: string;
  };
  steps: { label: string; text: string; href: string; danger: boolean }[];
  /** Over the steps. */
  stepsHeading: string;
}

/** admin/grant-scopes */
export interface GrantScopesPage {
  breadcrumb: Link[];
  application: string;
  resource: string;
  granted: boolean;
  scopes: { name: string; text: string; checked: boolean }[];
  error?: string;
  action: string;
  cancelHref: string;
}

/** admin/resources */
export interface ResourcesPage {
  apis: {
    code: string;
    name: string;
    resources: number;
    applications: number;
    renameHref: string;
    /** Absent while there are resources or applications of it. */
    deleteHref?: string;
  }[];
  resources: {
    name: string;
    href: string;
    environment: State;
    api: string;
    audience: string;
    tokens: string;
    /** Secrets of its resource server that work. */
    secrets: number;
    nextEnd?: Moment & { when: string };
    warning?: string;
  }[];
}

/** admin/api-new */
export interface ApiNewPage {
  code: Field;
  name: Field;
}

/** admin/resource-new */
export interface ResourceNewPage {
  apiCode: Field;
  environment: Field;
  name: Field;
  audience: Field;
  scope: Field;
  apis: Option[];
}

/** admin/rename */
export interface RenamePage {
  breadcrumb: Link[];
  heading: string;
  name: Field;
  /** What the new name does not change. */
  stays: string;
  action: string;
  cancelHref: string;
}

/** admin/resource */
export interface ResourcePage {
  name: string;
  /** With its environment. */
  text: string;
  environment: State;
  facts: Fact[];
  warning?: string;
  tokens: { action: string; minutes: Field; format: Field };
  renameHref: string;
  deletion: { href: string; inTheWay?: string };
  /** Only of what users let applications read, where the module of domains is on. */
  verification?: { needed: boolean; action: string };
  clientId: string;
  newSecretHref: string;
  secrets: ServerSecretLine[];
  /** The mails about these secrets that were planned or sent, the latest first (M8). */
  reminders: ReminderLine[];
  refused: RefusedCallLine[];
}

/** A mail about a secret that was planned or sent. */
export interface ReminderLine {
  at: Moment;
  secret: string;
  milestone: string;
  recipient?: string;
  outcome: State;
  answer?: string;
  /** The mail as it was sent. */
  mailHref?: string;
}

/** A secret of a resource server. */
export interface ServerSecretLine {
  name: string;
  hint: string;
  state: State;
  ends: Moment;
  endsWhen: string;
  /** When the next mail about it comes, or why none does. */
  nextMail: { day?: Moment; text: string };
  /** What people in IT say about it. */
  said: { text: string; counts: boolean }[];
  /** It has leaked: the sentence of the mark. */
  leak?: string;
  lastUsed?: Moment;
  created: string;
  actions: { label: string; href: string; danger: boolean }[];
}

/** admin/resource-mail: a mail about the secret of a resource server, as it was sent. */
export interface ServerMailPage {
  breadcrumb: Link[];
  subject: string;
  facts: Fact[];
  htmlHref: string;
  text: string;
}

/** admin/resource-acknowledge: where the link of a reminder leads */
export interface ServerAcknowledgePage {
  breadcrumb: Link[];
  resource: string;
  secret: string;
  /** `ends in 5 days`. */
  when: string;
  ended: boolean;
  said: string[];
  action: string;
  cancelHref: string;
  /** For somebody who has answered. */
  takeBackAction?: string;
  kind: Field;
  until: Field;
  today: string;
  last: string;
}

/** admin/resource-secret-new */
export interface ServerSecretNewPage {
  breadcrumb: Link[];
  resource: string;
  action: string;
  cancelHref: string;
  name: Field;
  lastDay: Field;
  min: string;
  max: string;
  today: string;
  endsText: string;
  presets: { label: string; day: string }[];
}

/** admin/resource-secret-created: shown once. */
export interface ServerSecretCreatedPage {
  resource: string;
  href: string;
  clientId: string;
  name: string;
  value: string;
  ends: Moment;
}

/** A role that someone has. */
export interface RoleLine {
  /** The person, or the role, depending on the page. */
  title: Link;
  /** Below it: the address, or the application. */
  under?: Link;
  /** Why it opens nothing at present. */
  idle?: string;
  state?: State;
  /** Who in the organisation confirmed it, and when (R5). */
  confirmation?: { by: string; on: Moment };
  since: Moment;
  lastDay?: Moment;
  withdrawHref?: string;
}

/** admin/custom-roles */
export interface CustomRolesPage {
  /** Under the heading that IT gave them; those without one come first. */
  groups: { name?: string; roles: CustomRoleLine[] }[];
}

export interface CustomRoleLine {
  title: Link;
  key: string;
  description?: string;
  place: string;
  opens: string[];
  state: State;
  lastDay?: Moment;
  /** How many people have it, and the list of them. */
  holders: { count: string; href: string };
}

/** admin/custom-role */
export interface CustomRolePage {
  /** Of a role that exists. */
  existing?: {
    name: string;
    key: string;
    place: string;
    state: State;
    builtIn: boolean;
    holders: { count: string; href: string };
    /** What else can be done with it. */
    turns: { label: string; text: string; href: string; danger: boolean }[];
  };
  name: Field;
  key: Field;
  level: Field;
  levels: Option[];
  description: Field;
  group: Field;
  /** Headings that other roles stand under. */
  groups: string[];
  lastDay: Field;
  permissions: { name: string; label: string; text: string; checked: boolean }[];
  permissionsError?: string;
  today: string;
  action?: string;
}

/** admin/role-requests */
export interface RoleRequestsPage {
  open: boolean;
  choices: { text: string; href: string; current: boolean }[];
  requests: {
    person: Link;
    email: string;
    /** Nobody has this address yet: approving invites. */
    isNew: boolean;
    role: string;
    of: Link;
    organisation: Link;
    lastDay?: Moment;
    asked: { by: Link; at: Moment };
    warnings: string[];
    state: State;
    decided?: { by: string; at: Moment; reason?: string };
    approveAction?: string;
    declineHref?: string;
  }[];
  pagination: Pagination;
}

/** admin/role-request-decline */
export interface DeclineRequestPage {
  action: string;
  cancelHref: string;
  facts: Fact[];
  reason: Field;
}

/** admin/users */
export interface UsersPage {
  q: string;
  role: Field;
  state: Field;
  sort: Field;
  roles: Option[];
  states: Option[];
  orders: Option[];
  /** Whether anything is asked for. */
  filtered: boolean;
  users: UserLine[];
  pagination: Pagination;
}

/** admin/invitations */
export interface InvitationsPage {
  invitations: {
    person: Link;
    email: string;
    organisation: Link;
    sentBy: string;
    sent: Moment;
    until: Moment;
    state: State;
    /** What the mail server said about it. */
    mail: { text: string; bad: boolean };
    resendAction: string;
    revokeAction: string;
  }[];
  pagination: Pagination;
}

/** admin/support */
export interface SupportPage {
  q: string;
  /** Absent before anything was searched. */
  found?: {
    applications: { link: Link; organisation: string; clientId: string; state: State }[];
    secrets: { name: string; hint: string; place: Link; state: State; ends: Moment }[];
    people: UserLine[];
    /** The resource whose server has this client ID. */
    resource?: Link;
    /** There is more than is shown. */
    more: boolean;
    nothing: boolean;
  };
}

/** admin/support-application: to look at, never to change. */
export interface SupportApplicationPage {
  name: string;
  organisation: Link;
  clientId: string;
  state: State;
  facts: Fact[];
  problems: string[];
  links: Link[];
  people: {
    person: Link;
    email: string;
    role: string;
    state: State;
    lastSignIn?: Moment;
    /** Mail to this address was refused. */
    refused: boolean;
  }[];
  secrets: {
    name: string;
    hint: string;
    href?: string;
    state: State;
    created: string;
    ends: Moment;
    leak?: string;
    lastUsed?: Moment;
  }[];
  reminders: ReminderLine[];
  refused: RefusedCallLine[];
}

/** admin/user-new */
export interface UserNewPage {
  email: Field;
  name: Field;
  organisationId: Field;
  organisations: Option[];
  cancelHref: string;
  /** How long an invitation can be used. */
  hours: number;
}

/** admin/user */
export interface UserPage {
  name: string;
  email: string;
  state: State;
  /** Mail does not arrive. */
  warning?: string;
  organisation?: Link;
  facts: Fact[];
  roles: RoleLine[];
  /** For an open account of an organisation. */
  giveRole?: {
    action: string;
    role: Field;
    confirmedBy: Field;
    confirmedOn: Field;
    lastDay: Field;
    options: Option[];
    /** A role of the platform needs nobody's word. */
    staff: boolean;
    today: string;
  };
  /** For operator staff without the role: where the form posts. */
  giveItAction?: string;
  /** Before the first sign-in was completed. */
  invite?: { action: string; text: string };
  /** For somebody else's open account with a second factor. */
  reset?: { action: string; identityCheck: Field };
  /** For somebody else's account after its first sign-in. */
  forgotten?: { action: string; identityCheck: Field };
  endSessionsAction?: string;
  /** For somebody else's open account. */
  closeHref?: string;
  secrets: MadeSecret[];
}

/** A secret that this person made and that is not deleted (R13). */
export interface MadeSecret {
  name: string;
  hint: string;
  href?: string;
  application: string;
  state: State;
  ends: Moment;
}

/** admin/confirm: a question with one button. */
export interface ConfirmPage {
  breadcrumb: Link[];
  heading: string;
  paragraphs: string[];
  warning?: string;
  facts: Fact[];
  action: string;
  button: string;
  danger: boolean;
  cancelHref: string;
  hidden?: { name: string; value: string }[];
  /** Those that live on when the account is closed (R13). */
  secrets?: MadeSecret[];
}

/** admin/audit */
export interface AuditPage {
  who: Field;
  what: Field;
  on: Field;
  from: Field;
  to: Field;
  actions: Option[];
  /** Whether anything is asked for. */
  filtered: boolean;
  /** The same events as files. */
  exports: Link[];
  events: {
    at: Moment;
    actor: Link;
    action: string;
    subject: Link;
    subjectKind: string;
    place?: string;
    outcome: State;
    address?: string;
    details: Fact[];
  }[];
  pagination: Pagination;
}

/** admin/provisioning */
export interface ProvisioningPage {
  text: Field;
  prune: boolean;
  plan?: {
    problems: { line: number; column: number; text: string }[];
    /** How many more there are than are shown. */
    moreProblems: number;
    summary: string;
    rows: { state: State; what: string; name: string; line?: string; changes: string[] }[];
    moreRows: number;
    removes: boolean;
    /** Absent when there is nothing to apply. */
    fingerprint?: string;
  };
}

/** admin/contacts */
export interface ContactsPage {
  choices: { text: string; href: string; current: boolean }[];
  applications: {
    application: Link;
    organisation: Link;
    problems: string[];
    /** People whose mail was refused, and where IT says that the address is good. */
    refused: { person: Link; email: string; action: string }[];
    notMine: { person: Link; secret: string; at: Moment; action: string }[];
  }[];
  pagination: Pagination;
}

/** admin/operations */
export interface OperationsPage {
  /** What needs a look; empty when all is well. */
  problems: string[];
  /** Secrets that were reported and are not deleted; absent without any. */
  leaks?: {
    count: number;
    listed: {
      name: string;
      hint: string;
      href: string;
      owner: string;
      text: string;
      state: State;
    }[];
  };
  runs: { day: Moment; href: string; state: State; text: string }[];
  lastComplete?: Moment;
  mails: {
    /** By kind, those that wait. */
    waiting: { kind: string; count: number; oldest: Moment; next?: Moment; answer?: string }[];
    failed: { at: Moment; to: string; subject: string; answer: string }[];
    failedCount: number;
  };
  signingKeys: { kid: string; state: State; signsFrom: Moment; age: string }[];
  nextKey?: { published: Moment; signs: Moment };
  /** `needs`: what cannot do without this key; absent where it is not counted. */
  keyrings: { kind: string; numbers: { number: number; current: boolean; needs?: string }[] }[];
  policy: { setting: string; text: string; value: string }[];
  installation: Fact[];
}

/** admin/reminder-run: one run, and the rows of the ledger that it planned or tried to send. */
export interface RunPage {
  run: RemindersPage['runs'][number];
  /** What the counts mean, with their numbers. */
  counts: { label: string; number: number; text: string }[];
  reminders: {
    at: Moment;
    secret: { name: string; href?: string };
    /** The application, or the resource of the server. */
    owner?: string;
    milestone: string;
    recipient?: string;
    outcome: State;
    answer?: string;
    mailHref?: string;
  }[];
  pagination: Pagination;
}

/** admin/reminders */
export interface RemindersPage {
  /** When the last run came to its end. */
  lastComplete?: Moment;
  /** Whether a second route for alarms is configured; a sentence when it is not. */
  routeNote?: string;
  /** The last incidents, newest first. */
  alarms: { text: string; opened: Moment; closed?: Moment; told: string }[];
  runs: {
    href: string;
    asOf: Moment;
    day: Moment;
    state: State;
    due: number;
    sent: number;
    failed: number;
    skipped: number;
    noRecipient: number;
    duration: string;
    error?: string;
    /** A run at work: how many of its rows are done. */
    progress?: { done: number; of: number };
  }[];
  pagination: Pagination;
}

/** admin/verifications */
export interface VerificationsPage {
  open: boolean;
  choices: { text: string; href: string; current: boolean }[];
  requests: VerificationLine[];
  pagination: Pagination;
}

export interface VerificationLine {
  href: string;
  application: Link;
  organisation: Link;
  hosts: string[];
  resources: string[];
  note: string;
  asked: { by: Link; at: Moment };
  state: State;
  decided?: { by: string; at: Moment; note?: string };
}

/** admin/verification */
export interface VerificationPage extends VerificationLine {
  listHref: string;
  open: boolean;
  /** It can be taken back. */
  verified: boolean;
  decisionNote: Field;
}
