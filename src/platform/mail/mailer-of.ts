import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import type { Mailer } from './mailer.js';
import { MailboxMailer } from './mailbox-mailer.js';
import { SmtpMailer } from './smtp-mailer.js';

/** The configured mail server; a demo without one keeps its mails in the mailbox. */
export function mailerOf(config: Config, clock: Clock): Mailer {
  return config.SMTP_URL ? new SmtpMailer(config, clock) : new MailboxMailer(config, clock);
}
