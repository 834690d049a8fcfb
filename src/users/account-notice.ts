import { type Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';

/** What happened to an account that its owner has to hear of. */
export type AccountEvent =
  | 'password changed'
  | 'factor replaced'
  | 'factor set up'
  | 'factor reset'
  | 'factor off'
  | 'passkey added'
  | 'passkey removed'
  | 'recovery code used'
  | 'recovery codes renewed'
  | 'wrong codes'
  | 'new place'
  | 'closed';

export interface AccountNotice {
  subject: string;
  paragraphs: string[];
  link?: { href: string; text: string };
}

/**
 * The mail about it, in words. It has no power: no token, and its link opens a page that asks for the
 * sign-in.
 * @param when the instant in words
 * @param where from which address, when a browser did it
 */
export function accountNotice(
  event: AccountEvent,
  when: string,
  where: string | null,
  { PUBLIC_URL, SUPPORT_ADDRESS: support }: Pick<Config, 'PUBLIC_URL' | 'SUPPORT_ADDRESS'>,
): AccountNotice {
  const at = where ? t`${when}, from the address ${where}` : when;
  const wasItYou = t`If that was you, nothing needs to be done. If not, tell ${support} at once.`;
  const link = { href: `${PUBLIC_URL}/profile`, text: t`Look at your account` };
  const notices: Record<AccountEvent, AccountNotice> = {
    'password changed': {
      subject: t`Your password was changed`,
      paragraphs: [
        t`The password of your Keyturn account was changed on ${at}. All other sessions were ended.`,
        wasItYou,
      ],
      link,
    },
    'factor replaced': {
      subject: t`Your authenticator app was replaced`,
      paragraphs: [
        t`Another authenticator app was put in the place of yours on ${at}. The earlier one gives no valid codes any more, and all other sessions were ended.`,
        wasItYou,
      ],
      link,
    },
    'factor set up': {
      subject: t`An authenticator app was set up for your account`,
      paragraphs: [
        t`After the reset, a new authenticator app was set up for your Keyturn account on ${at}.`,
        wasItYou,
      ],
      link,
    },
    'factor reset': {
      subject: t`Your authenticator app was reset`,
      paragraphs: [
        t`IT reset the authenticator app of your Keyturn account on ${when}, after a check of who asked for it. Your recovery codes are void, your passkeys are removed, and all your sessions were ended.`,
        t`Your next sign-in, with the same password, asks you to set up an authenticator app.`,
        t`You did not ask for this? Then tell ${support} at once: somebody may have passed for you.`,
      ],
    },
    'factor off': {
      subject: t`Your authenticator app is switched off`,
      paragraphs: [
        t`A hundred wrong codes were typed for your Keyturn account without a right one between them, the last on ${at}. No code is taken any more, nor a recovery code.`,
        t`To sign in again, write to ${support}: IT checks who you are and resets your authenticator app.`,
        t`If it was not you who typed them, somebody knows your password. Say so, and change it at your next sign-in.`,
      ],
    },
    'passkey added': {
      subject: t`A passkey was added to your account`,
      paragraphs: [
        t`A passkey was added to your Keyturn account on ${at}. With your password, it signs in and confirms changes as a code from your app does.`,
        wasItYou,
      ],
      link,
    },
    'passkey removed': {
      subject: t`A passkey was removed from your account`,
      paragraphs: [
        t`A passkey was removed from your Keyturn account on ${at}. It opens nothing any more, and all other sessions were ended.`,
        wasItYou,
      ],
      link,
    },
    'recovery code used': {
      subject: t`A recovery code was used to sign in`,
      paragraphs: [
        t`Somebody signed in to your Keyturn account with your password and one of your recovery codes on ${at}. That code is used up.`,
        wasItYou,
      ],
      link,
    },
    'recovery codes renewed': {
      subject: t`You have new recovery codes`,
      paragraphs: [
        t`New recovery codes were made for your Keyturn account on ${at}. The earlier ones are void.`,
        wasItYou,
      ],
      link,
    },
    'wrong codes': {
      subject: t`Wrong codes were typed for your account`,
      paragraphs: [
        t`Five wrong codes were typed for your Keyturn account, the last on ${at}. For a quarter of an hour no code is taken.`,
        t`If that was you, wait and use the code that your app shows then. If it fails again, check the clock of your phone.`,
        t`If it was not you, somebody knows your password. Change it, and tell ${support}.`,
      ],
      link: { href: `${PUBLIC_URL}/profile/password`, text: t`Change your password` },
    },
    'new place': {
      subject: t`A sign-in from a new place`,
      paragraphs: [
        t`Somebody signed in to your Keyturn account with your password and a second factor on ${at}. In the last 90 days nobody has signed in to it from that network or in that browser.`,
        wasItYou,
      ],
      link,
    },
    closed: {
      subject: t`Your account was closed`,
      paragraphs: [
        t`Your Keyturn account was closed on ${when}. You cannot sign in any more and get no reminders. Secrets that you made keep working for those who look after them now.`,
        t`Was this a mistake? Write to ${support}.`,
      ],
    },
  };
  return notices[event];
}
