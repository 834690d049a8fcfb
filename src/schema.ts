import { Passkeys1795219330000 } from '../migrations/1795219330000-passkeys.js';
import { FirstSchema1795219200000 } from '../migrations/1795219200000-first-schema.js';
import { TokenService1795219200001 } from '../migrations/1795219200001-token-service.js';
import { ResourceServers1795219201000 } from '../migrations/1795219201000-resource-servers.js';
import { ListIndexes1795219202000 } from '../migrations/1795219202000-list-indexes.js';
import { FreezeByComparison1795219202001 } from '../migrations/1795219202001-freeze-by-comparison.js';
import { FirstUse1795219203000 } from '../migrations/1795219203000-first-use.js';
import { ReminderEngine1795219203001 } from '../migrations/1795219203001-reminder-engine.js';
import { ReminderScan1795219203002 } from '../migrations/1795219203002-reminder-scan.js';
import { SentMails1795219204000 } from '../migrations/1795219204000-sent-mails.js';
import { Acknowledgements1795219204001 } from '../migrations/1795219204001-acknowledgements.js';
import { Alarms1795219204002 } from '../migrations/1795219204002-alarms.js';
import { Contacts1795219204003 } from '../migrations/1795219204003-contacts.js';
import { OwnApi1795219205000 } from '../migrations/1795219205000-own-api.js';
import { AuditChain1795219206000 } from '../migrations/1795219206000-audit-chain.js';
import { MovedSessions1795219207000 } from '../migrations/1795219207000-moved-sessions.js';
import { FailedCodes1795219207001 } from '../migrations/1795219207001-failed-codes.js';
import { ReminderTimes1795219210000 } from '../migrations/1795219210000-reminder-times.js';
import { ResourceRefusals1795219211000 } from '../migrations/1795219211000-resource-refusals.js';
import { EndsToldEarly1795219211001 } from '../migrations/1795219211001-ends-told-early.js';
import { CalendarFeeds1795219220000 } from '../migrations/1795219220000-calendar-feeds.js';
import { BounceWarnings1795219220001 } from '../migrations/1795219220001-bounce-warnings.js';
import { RoleRequests1795219230000 } from '../migrations/1795219230000-role-requests.js';
import { OpenInvitations1795219230001 } from '../migrations/1795219230001-open-invitations.js';
import { SupportSearch1795219230002 } from '../migrations/1795219230002-support-search.js';
import { FailedMails1795219230003 } from '../migrations/1795219230003-failed-mails.js';
import { ListFilters1795219230004 } from '../migrations/1795219230004-list-filters.js';
import { AuditAnchors1795219240000 } from '../migrations/1795219240000-audit-anchors.js';
import { Catalogue1795219260000 } from '../migrations/1795219260000-catalogue.js';
import { ServerReminders1795219270000 } from '../migrations/1795219270000-server-reminders.js';
import { OneOpenInvitation1795219280000 } from '../migrations/1795219280000-one-open-invitation.js';
import { RefusedInvitations1795219310000 } from '../migrations/1795219310000-refused-invitations.js';
import { ChainAtOnce1795219320000 } from '../migrations/1795219320000-chain-at-once.js';
import { TakeAway1795219320001 } from '../migrations/1795219320001-take-away.js';
import { UserLanguage1795219340000 } from '../migrations/1795219340000-user-language.js';
import { SwitchedOffEnds1795219380000 } from '../migrations/1795219380000-switched-off-ends.js';
import { RemindedMilestone1795219390000 } from '../migrations/1795219390000-reminded-milestone.js';
import { PasswordResets1795219440000 } from '../migrations/1795219440000-password-resets.js';
import { Usage1795219470000 } from '../migrations/1795219470000-usage.js';
import { Domains1795219400000 } from '../migrations/1795219400000-domains.js';
import { Backups1795219430000 } from '../migrations/1795219430000-backups.js';
import { KeyNumbers1795219450000 } from '../migrations/1795219450000-key-numbers.js';
import { Leaks1795219490000 } from '../migrations/1795219490000-leaks.js';
import { SignToken1795219400001 } from '../migrations/1795219400001-sign-token.js';
import { AuthorizationCode1795219480000 } from '../migrations/1795219480000-authorization-code.js';
import { Webhooks1795219410000 } from '../migrations/1795219410000-webhooks.js';
import { Roles1795219420000 } from '../migrations/1795219420000-roles.js';
import { IdempotencyKey } from './api/v1/idempotency/idempotency-key.entity.js';
import { Api, Application, Grant, Resource } from './applications/application.entity.js';
import { Role } from './applications/role.entity.js';
import { RoleAssignment } from './applications/role-assignment.entity.js';
import { RoleRequest } from './applications/role-request.entity.js';
import { AuditAnchor } from './audit/audit-anchor.entity.js';
import { AuditHead, AuditLink } from './audit/audit-chain.entity.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { RecoveryCode, Session, TotpFactor } from './authentication/authentication.entity.js';
import { Passkey, PasskeyChallenge } from './authentication/passkey.entity.js';
import { PasswordReset } from './authentication/password-reset.entity.js';
import { CodeSignIn, CodeToken } from './authorization-code/authorization-code.entity.js';
import { Domain, DomainUrl, SecretDomain } from './domains/domain.entity.js';
import { OpaqueToken, RevokedToken, SigningKey } from './oauth/oauth.entity.js';
import { Leak } from './leaks/leak.entity.js';
import { Organisation } from './organisations/organisation.entity.js';
import { Backup } from './platform/health/backup.entity.js';
import { Installation, KeyCheck } from './platform/keys/keys.entity.js';
import { Attempt } from './platform/limits/attempt.entity.js';
import { Mail } from './platform/mail/mail.entity.js';
import { AcknowledgementRow } from './reminders/acknowledgement.entity.js';
import { Alarm } from './reminders/alarm.entity.js';
import { BounceWarning } from './reminders/bounce-warning.entity.js';
import { CalendarFeed } from './reminders/calendar-feed.entity.js';
import { Reminder, ReminderRun } from './reminders/reminder.entity.js';
import { RefusedCall, SecretAddress, SecretUse } from './secrets/secret-use.entity.js';
import { Secret } from './secrets/secret.entity.js';
import {
  AccessRequest,
  ClientUser,
  LoginRequest,
  Subject,
  Verification,
} from './sign-token/sign-token.entity.js';
import { UsageCount } from './usage/usage-count.entity.js';
import { Invitation, User } from './users/user.entity.js';
import { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from './webhooks/webhook.entity.js';

/** Every table, and every migration in the order in which it is applied. No globs: a list is read. */
export const entities = [
  AccessRequest,
  AcknowledgementRow,
  Alarm,
  Api,
  Application,
  Attempt,
  AuditAnchor,
  AuditEvent,
  AuditHead,
  AuditLink,
  Backup,
  BounceWarning,
  CalendarFeed,
  ClientUser,
  CodeSignIn,
  CodeToken,
  Domain,
  DomainUrl,
  Grant,
  IdempotencyKey,
  Installation,
  Invitation,
  KeyCheck,
  Leak,
  LoginRequest,
  Mail,
  OpaqueToken,
  Organisation,
  Passkey,
  PasskeyChallenge,
  PasswordReset,
  RecoveryCode,
  RefusedCall,
  Reminder,
  ReminderRun,
  Resource,
  RevokedToken,
  Role,
  RoleAssignment,
  RoleRequest,
  Secret,
  SecretAddress,
  SecretDomain,
  SecretUse,
  Session,
  SigningKey,
  Subject,
  TotpFactor,
  UsageCount,
  User,
  Verification,
  WebhookAttempt,
  WebhookDelivery,
  WebhookEndpoint,
];

export const migrations = [
  FirstSchema1795219200000,
  TokenService1795219200001,
  ResourceServers1795219201000,
  ListIndexes1795219202000,
  FreezeByComparison1795219202001,
  FirstUse1795219203000,
  ReminderEngine1795219203001,
  ReminderScan1795219203002,
  SentMails1795219204000,
  Acknowledgements1795219204001,
  Alarms1795219204002,
  Contacts1795219204003,
  OwnApi1795219205000,
  AuditChain1795219206000,
  MovedSessions1795219207000,
  FailedCodes1795219207001,
  ReminderTimes1795219210000,
  ResourceRefusals1795219211000,
  EndsToldEarly1795219211001,
  CalendarFeeds1795219220000,
  BounceWarnings1795219220001,
  RoleRequests1795219230000,
  OpenInvitations1795219230001,
  SupportSearch1795219230002,
  FailedMails1795219230003,
  ListFilters1795219230004,
  AuditAnchors1795219240000,
  Catalogue1795219260000,
  ServerReminders1795219270000,
  OneOpenInvitation1795219280000,
  RefusedInvitations1795219310000,
  ChainAtOnce1795219320000,
  TakeAway1795219320001,
  Passkeys1795219330000,
  UserLanguage1795219340000,
  SwitchedOffEnds1795219380000,
  RemindedMilestone1795219390000,
  Domains1795219400000,
  Usage1795219470000,
  Backups1795219430000,
  KeyNumbers1795219450000,
  SignToken1795219400001,
  Webhooks1795219410000,
  PasswordResets1795219440000,
  Roles1795219420000,
  Leaks1795219490000,
  AuthorizationCode1795219480000,
];
