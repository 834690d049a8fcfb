import type { Notice } from '../platform/web/frame.js';

const texts: Record<string, string> = {
  'switch-off': 'The secret is switched off. It does not work until you switch it on again.',
  'switch-on': 'The secret is switched on and works again.',
  acknowledged: 'It is written down, and everyone who gets the mails can see it.',
  'taken-back': 'It is taken back.',
  delete: 'The secret is deleted. It does not work any more.',
  password: 'Your password is changed. All other sessions were ended.',
  authenticator: 'The new authenticator app is in use. All other sessions were ended.',
  session: 'The session is ended.',
  sessions: 'All other sessions are ended.',
};

/** After a change the address names what was done; only our own texts are shown. */
export function doneNotice(done: unknown): Notice | undefined {
  const text = typeof done === 'string' && Object.hasOwn(texts, done) ? texts[done] : undefined;
  return text === undefined ? undefined : { kind: 'success', text };
}
