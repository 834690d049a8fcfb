import type { Session } from '../authentication/authentication.entity.js';
import { momentOf } from '../platform/words.js';
import { browserText } from './browser-words.js';
import type { SessionLine } from './models.js';

/** A session for the list on the account's page; nothing of its cookie. */
export function sessionLine(session: Session, present: boolean): SessionLine {
  return {
    present,
    browser: browserText(session.agent ?? ''),
    address: session.address ?? 'unknown',
    since: momentOf(session.createdAt),
    seen: momentOf(session.seenAt),
    endAction: present ? undefined : `/profile/sessions/${session.id}/end`,
  };
}
