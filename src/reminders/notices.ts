import type { Config } from '../platform/config/config.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { oneLine } from '../platform/mail/one-line.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';
import { endText } from '../platform/words.js';
import type { Ending } from './endings.query.js';
import { hrefOf, whenText } from './reminder-words.js';

interface Notice {
  subject: string;
  paragraphs: string[];
  items: { text: string; note: string; href?: string }[];
}

/** A mail that was refused for good. */
export interface Refused {
  address: string;
  answer: string;
  secrets: string[];
}

/** M6: nobody can be mailed about these. */
export function nobodyNotice(endings: readonly Ending[], now: Date, config: Config) {
  const [first] = endings;
  const subject =
    endings.length === 1
      ? `Nobody to remind: secret "${first!.name}" of ${first!.owner.name} ${whenText(first!, now)}`
      : `Nobody to remind: ${endings.length} secrets without a recipient`;
  return noticeOf(config, {
    subject,
    paragraphs: [
      ...whyNobody(endings),
      'Give somebody the role: the reminder then leaves with the next run.',
    ],
    items: endings.map((ending) => ({
      text: `“${ending.name}” of ${ending.owner.name}`,
      note: [
        ending.organisation && `${ending.organisation}: `,
        `${whenText(ending, now)}, ${endText(ending.expiresAt)}`,
      ].join(''),
      href: hrefOf(ending, config),
    })),
  });
}

function whyNobody(endings: readonly Ending[]): string[] {
  const ofServers = endings.filter(({ owner }) => owner.kind === 'resource').length;
  const ofApplications = endings.length - ofServers;
  return [
    ofApplications === 1 &&
      'This application has no active credential manager, and its organisation has no active org admin, so nobody was reminded.',
    ofApplications > 1 &&
      'These applications have no active credential manager, and their organisations have no active org admin, so nobody was reminded.',
    ofServers > 0 &&
      'The secrets of resource servers are those of IT, and no account with that role is active, so nobody was reminded.',
  ].filter((text) => typeof text === 'string');
}

/**
 * M8: the mail server refused these for good. One notice for a run.
 * @param rows how many ledger rows were refused, also those that are not named
 */
export function refusedNotice(refused: readonly Refused[], rows: number, config: Config) {
  const others = rows - refused.reduce((sum, { secrets }) => sum + secrets.length, 0);
  return noticeOf(config, {
    subject:
      refused.length === 1
        ? `A reminder was refused: ${refused[0]!.address}`
        : `${refused.length} reminders were refused`,
    paragraphs: [
      'The mail server refused the following for good. They are not tried again; the next reminder is.',
      ...(others > 0 ? [`And ${others} more; the reminders of each secret show them.`] : []),
      'Please check the addresses with the people they belong to.',
    ],
    items: refused.map(({ address, answer, secrets }) => ({
      text: `${address}: ${secrets.join(', ')}`,
      note: answer,
    })),
  });
}

function noticeOf(config: Config, { subject, paragraphs, items }: Notice): OutgoingMessage {
  const to = { name: '', address: config.SUPPORT_ADDRESS };
  const model = {
    subject: oneLine(subject),
    paragraphs,
    items: items.map((item) => ({
      ...item,
      text: oneLine(item.text),
      note: oneLine(item.note),
    })),
    to: to.address,
  };
  return { kind: 'notice', userId: null, to, subject, ...renderMail('notice', model) };
}
