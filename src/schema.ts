import { FirstSchema1795219200000 } from '../migrations/1795219200000-first-schema.js';
import { Api, Application, Grant, Resource } from './applications/application.entity.js';
import { RoleAssignment } from './applications/role-assignment.entity.js';
import { AuditEvent } from './audit/audit-event.entity.js';
import { RecoveryCode, Session, TotpFactor } from './authentication/authentication.entity.js';
import { Organisation } from './organisations/organisation.entity.js';
import { Installation, KeyCheck } from './platform/keys/keys.entity.js';
import { Attempt } from './platform/limits/attempt.entity.js';
import { Mail } from './platform/mail/mail.entity.js';
import { Reminder, ReminderRun } from './reminders/reminder.entity.js';
import { Secret } from './secrets/secret.entity.js';
import { Invitation, User } from './users/user.entity.js';

/** Every table, and every migration in the order in which it is applied. No globs: a list is read. */
export const entities = [
  Api,
  Application,
  Attempt,
  AuditEvent,
  Grant,
  Installation,
  Invitation,
  KeyCheck,
  Mail,
  Organisation,
  RecoveryCode,
  Reminder,
  ReminderRun,
  Resource,
  RoleAssignment,
  Secret,
  Session,
  TotpFactor,
  User,
];

export const migrations = [FirstSchema1795219200000];
