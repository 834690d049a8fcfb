import type { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { instantText } from '../platform/words.js';

/** The mail with the link, in the language that is spoken. It has no power without the second factor. */
export function passwordResetMail(
  to: string,
  token: string,
  { now, until }: { now: Date; until: Date },
  { PUBLIC_URL, SUPPORT_ADDRESS: support }: Pick<Config, 'PUBLIC_URL' | 'SUPPORT_ADDRESS'>,
) {
  const subject = t`Choose another password`;
  const model = {
    subject,
    paragraphs: [
      t`You can choose another password for your Keyturn account. IT made this possible on ${instantText(now)}, after a check of who asked for it.`,
      t`The link works once, until ${instantText(until)}. It asks for a code from your authenticator app as well. Your present password works until then.`,
      t`You did not ask for this? Then leave the link alone and tell ${support} at once: somebody may have passed for you.`,
    ],
    link: { href: `${PUBLIC_URL}/password-resets/${token}`, text: t`Choose another password` },
    to,
  };
  return { subject, ...renderMail('notice', model) };
}
