import type { Session } from '../authentication/authentication.entity.js';
import type { Passkey } from '../authentication/passkey.entity.js';
import { t } from '../platform/language/speaking.js';
import { momentOf } from '../platform/words.js';
import { browserText, knownBrowser } from './browser-words.js';
import type { Confirmation, PasskeyLine, SessionLine } from './models.js';

/** A session for the list on the account's page; nothing of its cookie. */
export function sessionLine(session: Session, present: boolean): SessionLine {
  return {
    present,
    browser: browserText(session.agent ?? ''),
    address: session.address ?? t`unknown`,
    since: momentOf(session.createdAt),
    seen: momentOf(session.seenAt),
    endAction: present ? undefined : `/profile/sessions/${session.id}/end`,
  };
}

/** A passkey for the list on the account's page; nothing of its key. */
export function passkeyLine(passkey: Passkey): PasskeyLine {
  const { id, name, createdAt, lastUsedAt } = passkey;
  return {
    id,
    name,
    made: momentOf(createdAt),
    lastUsed: lastUsedAt ? momentOf(lastUsedAt) : undefined,
    removeHref: `/profile/passkeys/${id}/remove`,
    confirm: passkeyRemoval(passkey),
  };
}

export function passkeyRemoval({ id }: Passkey): Confirmation {
  return {
    paragraphs: [
      t`It signs in and confirms changes no more, and all your other sessions end. Your authenticator app stays.`,
      t`Remove it from your device or password manager too: there it is left as it is.`,
    ],
    action: `/profile/passkeys/${id}/remove`,
    button: t`Remove passkey`,
    cancelHref: '/profile',
  };
}

/** Before ten codes that may be printed somewhere are void. */
export function codesRenewal(): Confirmation {
  return {
    paragraphs: [
      t`The codes you have are void at once, printed ones as well. Have the place ready where you will store the new ones.`,
    ],
    action: '/profile/recovery-codes',
    button: t`Make new codes`,
    cancelHref: '/profile',
  };
}

/** What the form suggests: the browser, numbered where there is one of that name. */
export function passkeyName(agent: string, present: readonly { name: string }[]): string {
  const first = knownBrowser(agent) ?? t`My passkey`;
  const taken = new Set(present.map(({ name }) => name.toLowerCase()));
  let name = first;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${first} ${number}`;
  return name;
}
