import { t } from '../platform/language/speaking.js';
import type { Level, Permission } from '../users/permissions.js';

/** What a permission opens, in one sentence. */
export function permissionText(permission: Permission, level: Level): string {
  if (permission === 'audit.see' && level === 'platform') {
    return t`See everything that was done in the whole service, and save it as a file.`;
  }
  if (permission === 'reminders.receive' && level === 'platform') {
    return t`Get the reminder mails about resource servers.`;
  }
  return texts()[permission];
}

const texts = (): Record<Permission, string> => ({
  'applications.see': t`See the applications with their secrets, people and reminders. Nobody sees the value of a secret.`,
  'secrets.manage': t`Create, switch off and delete secrets.`,
  'audit.see': t`See what was done to the applications and which calls were refused, and save it as a file.`,
  'reminders.receive': t`Get the reminder mails. Who also sees the application can say who is on it.`,
  'domains.manage': t`Keep the domains that applications may be used from, with their addresses.`,
  'role_requests.file': t`Ask IT for roles of people in the organisation.`,
  'support.see': t`Find applications, secrets and people of all organisations, and see why something fails.`,
  'platform.administer': t`Set up organisations, applications, users and roles. Only IT has this.`,
});

/** The same in two or three words. */
export function permissionLabel(permission: Permission): string {
  const labels: Record<Permission, string> = {
    'applications.see': t`See applications`,
    'secrets.manage': t`Manage secrets`,
    'audit.see': t`See the audit`,
    'reminders.receive': t`Get reminders`,
    'domains.manage': t`Keep domains`,
    'role_requests.file': t`Ask for roles`,
    'support.see': t`Support view`,
    'platform.administer': t`Administer the service`,
  };
  return labels[permission];
}

/** Where a role holds. */
export function levelText(level: Level): string {
  const words: Record<Level, string> = {
    application: t`One application`,
    organisation: t`The whole organisation`,
    platform: t`The whole service, for operator staff`,
  };
  return words[level] ?? level;
}
