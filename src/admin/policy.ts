import type { Config } from '../platform/config/config.js';
import { plural, t } from '../platform/language/speaking.js';
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
    line('PUBLIC_URL', t`Address of the service`),
    line('SUPPORT_ADDRESS', t`Where people ask`),
    line('MAIL_FROM', t`Sender of all mails`),
    line('SMTP_URL', t`Mail server`, hostOf(config.SMTP_URL)),
    line('SMTP_CONNECTIONS', t`Connections to it`),
    line('DKIM_SELECTOR', t`Mails are signed`, config.DKIM_SELECTOR ?? t`no`),
    line(
      'ALARM_WEBHOOK_URL',
      t`Second route for alarms: webhook`,
      setOrNot(config.ALARM_WEBHOOK_URL),
    ),
    line('ALARM_SMTP_URL', t`Second route for alarms: mail`, setOrNot(config.ALARM_SMTP_URL)),
    line('REMINDER_HOUR', t`Reminders go out from`, `${config.REMINDER_HOUR}:00`),
    line('REMINDER_ZONE', t`in the time zone`),
    line('SECRETS_PER_APPLICATION', t`Secrets of an application at most`),
    line('STEP_UP_MINUTES', t`A code counts for changes`, minutes(config.STEP_UP_MINUTES)),
    line(
      'SESSION_LOCK_MINUTES',
      t`An idle session is locked after`,
      minutes(config.SESSION_LOCK_MINUTES),
    ),
    line('SESSION_END_MINUTES', t`An idle session ends after`, minutes(config.SESSION_END_MINUTES)),
    line('SESSION_MAX_HOURS', t`A session ends after`, hours(config.SESSION_MAX_HOURS)),
    line('INVITATION_HOURS', t`An invitation can be used for`, hours(config.INVITATION_HOURS)),
    line('REFUSED_PER_CLIENT', t`Refused calls a minute, of a client ID`),
    line('REFUSED_PER_ADDRESS', t`Refused calls a minute, from an address`),
    line('API_CALLS_PER_MINUTE', t`Calls to the API a minute, of an application`),
    line('HEADER_CALLS_PER_MINUTE', t`Calls by header authentication a minute, of an application`),
    line('LEAK_POLICY', t`A secret that a scanner has found is`, policyText(config)),
    line('LEAK_GITHUB_KEYS_FILE', t`Reports of GitHub`, setOrNot(config.LEAK_GITHUB_KEYS_FILE)),
    line('LEAK_REPORT_KEY', t`Reports of scanners of your own`, setOrNot(config.LEAK_REPORT_KEY)),
    line('TRUSTED_PROXIES', t`Proxies that are believed`, config.TRUSTED_PROXIES ?? t`none`),
    line('LOG_LEVEL', t`Log level`),
  ];
}

function hostOf(address: string | undefined): string {
  return address && URL.canParse(address)
    ? new URL(address).host
    : t`none: mails stay in the mailbox`;
}

const policyText = ({ LEAK_POLICY: policy }: Config) =>
  policy === 'flag' ? t`flagged` : t`switched off`;

const setOrNot = (value: string | undefined) => (value ? t`set` : t`not set`);
const minutes = (count: number) => plural(count, t`${count} minute`, t`${count} minutes`);
const hours = (count: number) => plural(count, t`${count} hour`, t`${count} hours`);
