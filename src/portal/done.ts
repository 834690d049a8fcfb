import type { DataSource } from 'typeorm';
import type { Viewer } from '../authentication/viewer.js';
import { t } from '../platform/language/speaking.js';
import type { Notice } from '../platform/web/frame.js';

const texts: Record<string, () => string> = {
  acknowledged: () => t`It is written down, and everyone who gets the mails can see it.`,
  'taken-back': () => t`It is taken back.`,
  password: () => t`Your password is changed. All other sessions were ended.`,
  authenticator: () => t`The new authenticator app is in use. All other sessions were ended.`,
  session: () => t`The session is ended.`,
  'passkey-added': () =>
    t`The passkey is added. It signs in and confirms changes in place of a code.`,
  'passkey-removed': () => t`The passkey is removed. All other sessions were ended.`,
  'role-asked': () => t`Your request is with IT. You get a mail when it is decided.`,
  'role-not-asked': () => t`The request is withdrawn.`,
  'calendar-revoked': () =>
    t`The address is revoked. Calendars that ask for it get nothing any more.`,
  'webhook-off': () => t`The webhook is switched off. Nothing is sent to it.`,
  'webhook-on': () => t`The webhook is switched on.`,
  'webhook-deleted': () => t`The webhook is deleted.`,
  'domain-added': () => t`The domain is added. Link the secrets that are to work on it.`,
  'domain-changed': () => t`The domain is changed.`,
  'domain-deleted': () => t`The domain is deleted. No secret works on it any more.`,
  'domain-secrets': () => t`The secrets of this domain are as you chose.`,
  'callback-added': () => t`The callback address is added.`,
  'callback-switched': () => t`The callback address is changed.`,
  'callback-removed': () => t`The callback address is removed.`,
  'logo-set': () => t`The logo is set.`,
  'logo-removed': () => t`The logo is removed.`,
  leaked: () => t`It is written down, and those who look after the application get a mail.`,
  sessions: () => t`All other sessions are ended.`,
  'sign-in-revoked': () => t`It is taken back. The application learns nothing more about you.`,
  'test-accept': () => t`Accepted: the test domains are open.`,
  'test-decline': () => t`Declined. Whoever asked gets a mail.`,
  'test-withdraw': () => t`The request is withdrawn.`,
  'test-end': () => t`It is ended: the test domains are closed.`,
  'test-invited': () => t`The invitation is on its way by mail.`,
};

/** After a change the address names what was done; only our own texts are shown. */
export function doneNotice(done: unknown): Notice | undefined {
  const text = typeof done === 'string' && Object.hasOwn(texts, done) ? texts[done] : undefined;
  return text && { kind: 'success', text: text() };
}

/** How long after it a change is still worth a message. */
const recently = 2 * 60_000;

const changes: Record<string, (name: string) => string> = {
  'secret.switch_off': (name) =>
    t`“${name}” is switched off. It does not work until you switch it on again.`,
  'secret.switch_on': (name) => t`“${name}” is switched on and works again.`,
  'secret.delete': (name) => t`“${name}” is deleted. It does not work any more.`,
};

/**
 * What the viewer did to this secret a moment ago, from the record itself: an address that is opened
 * later or by others says nothing, nor does one about a secret that was changed again since.
 */
export async function justDone(
  dataSource: DataSource,
  viewer: Viewer,
  secretId: string | undefined,
  now: Date,
): Promise<(() => string) | undefined> {
  if (secretId === undefined) return undefined;
  const [last] = await dataSource.query<{ action: string; name: string; own: boolean }[]>(
    `select action, subject_name as name, actor_id = $3 as own from audit_events
     where at > $2 and subject_kind = 'secret' and subject_id = $1 order by id desc limit 1`,
    [secretId, new Date(now.getTime() - recently), viewer.id],
  );
  const change = last?.own ? changes[last.action] : undefined;
  return change && (() => change(last!.name));
}
