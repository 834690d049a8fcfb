import type { Config } from '../platform/config/config.js';
import type { OperationsPage } from './models.js';

type Line = OperationsPage['policy'][number];

/**
 * The settings as they are in force, field by field: what is not here is not shown. Addresses of servers
 * can carry a password, so only their host is, and an alarm's address not even that.
 */
export function policyOf(config: Config): Line[] {
  const line = (
    setting: Exclude<keyof Config, 'isOwnIssuer'>,
    text: string,
    value: unknown = config[setting],
  ): Line => ({
    setting,
    text,
    value: String(value),
  });
  return [
    line('PUBLIC_URL', 'Address of the service'),
    line('SUPPORT_ADDRESS', 'Where people ask'),
    line('MAIL_FROM', 'Sender of all mails'),
    line('SMTP_URL', 'Mail server', hostOf(config.SMTP_URL)),
    line('SMTP_CONNECTIONS', 'Connections to it'),
    line('DKIM_SELECTOR', 'Mails are signed', config.DKIM_SELECTOR ?? 'no'),
    line(
      'ALARM_WEBHOOK_URL',
      'Second route for alarms: webhook',
      setOrNot(config.ALARM_WEBHOOK_URL),
    ),
    line('ALARM_SMTP_URL', 'Second route for alarms: mail', setOrNot(config.ALARM_SMTP_URL)),
    line('REMINDER_HOUR', 'Reminders go out from', `${config.REMINDER_HOUR}:00`),
    line('REMINDER_ZONE', 'in the time zone'),
    line('SECRETS_PER_APPLICATION', 'Secrets of an application at most'),
    line('STEP_UP_MINUTES', 'A code counts for changes', minutes(config.STEP_UP_MINUTES)),
    line(
      'SESSION_LOCK_MINUTES',
      'An idle session is locked after',
      minutes(config.SESSION_LOCK_MINUTES),
    ),
    line('SESSION_END_MINUTES', 'An idle session ends after', minutes(config.SESSION_END_MINUTES)),
    line('SESSION_MAX_HOURS', 'A session ends after', hours(config.SESSION_MAX_HOURS)),
    line('INVITATION_HOURS', 'An invitation can be used for', hours(config.INVITATION_HOURS)),
    line('REFUSED_PER_CLIENT', 'Refused calls a minute, of a client ID'),
    line('REFUSED_PER_ADDRESS', 'Refused calls a minute, from an address'),
    line('API_CALLS_PER_MINUTE', 'Calls to the API a minute, of an application'),
    line('TRUSTED_PROXIES', 'Proxies that are believed', config.TRUSTED_PROXIES ?? 'none'),
    line('LOG_LEVEL', 'Log level'),
  ];
}

function hostOf(address: string | undefined): string {
  return address && URL.canParse(address)
    ? new URL(address).host
    : 'none: mails stay in the mailbox';
}

const setOrNot = (value: string | undefined) => (value ? 'set' : 'not set');
const minutes = (count: number) => (count === 1 ? '1 minute' : `${count} minutes`);
const hours = (count: number) => (count === 1 ? '1 hour' : `${count} hours`);
