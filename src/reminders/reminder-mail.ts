import { coverProblems } from '../applications/contact-cover.js';
import type { Config } from '../platform/config/config.js';
import { messageIdOf } from '../platform/mail/address.js';
import { speaking, t } from '../platform/language/speaking.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { Envelope } from '../platform/mail/mailer.js';
import { oneLine } from '../platform/mail/one-line.js';
import { endText } from '../platform/words.js';
import { acknowledgementText } from './acknowledgement.js';
import { replacement } from './decision.js';
import type { Ending, Recipient } from './endings.query.js';
import type { Milestone } from './milestones.js';
import * as words from './reminder-words.js';
import { type Situation, stepsOf, stepsOfMany } from './steps.js';

/** One ledger row with its secret. */
export interface Item {
  ending: Ending;
  milestone: Milestone;
}

export type ReminderMail = Omit<Envelope, 'messageId' | 'date'>;

/** What one person reads about a secret, and as what. */
interface Reading {
  ending: Ending;
  role: Recipient;
}

/** One mail to one person about all that is due for them, in their language (M9, M10). */
export function reminderMail(
  items: readonly Item[],
  recipientId: string,
  now: Date,
  config: Config,
): ReminderMail {
  const sorted = [...items].sort((one, other) => urgency(one, other, now));
  const readers = sorted.map(({ ending }) => ({ ending, role: roleOf(ending, recipientId) }));
  const [first] = readers as [Reading];
  const content = speaking(mailLanguage(first.role.language), () =>
    contentOf(readers, now, config),
  );
  return {
    to: { name: first.role.name, address: first.role.address },
    ...content,
    headers: [
      ...sorted.map(({ ending, milestone }) => ({
        key: 'X-Reminder',
        value: `${ending.id}; ${milestone}`,
      })),
      ...wayOut(readers, config),
    ],
    references: messageIdOf(config.MAIL_FROM, `secret-${first.ending.id}`),
  };
}

function contentOf(readers: readonly Reading[], now: Date, config: Config) {
  const [first] = readers as [Reading];
  const subject = oneLine(words.subjectOf(first.ending, readers.length - 1, now));
  const frame = {
    subject,
    why: oneLine(words.whyText(readers)),
    support: config.SUPPORT_ADDRESS,
    contacts: contactsOf(readers, now),
    home: homeOf(readers, config),
  };
  const body =
    readers.length === 1
      ? renderMail('reminder', { ...frame, ...single(first.ending, first.role, now, config) })
      : renderMail('digest', { ...frame, ...digest(readers, now, config) });
  return { subject, ...body };
}

/**
 * Where a mail program's "unsubscribe" leads (RFC 2369): to the page that says *not mine any more*,
 * which holds early mails alone and never those of the last week. Only where somebody else is mailed
 * about everything in it and the page is theirs to see, and never with one click (RFC 8058): programs that scan mails click, too. Of
 * the secrets of resource servers nobody in IT can say so.
 */
function wayOut(readers: readonly Reading[], config: Config): { key: string; value: string }[] {
  const [first] = readers;
  const stays = ({ ending, role }: Reading) =>
    isOfServer(ending) || ending.recipients.length < 2 || !role.sees;
  if (!first || readers.some(stays)) return [];
  return [{ key: 'List-Unsubscribe', value: `<${words.answerHrefOf(first.ending, config)}>` }];
}

/** Where to go on: the applications, or the resources for somebody who gets it for these alone. */
function homeOf(readers: readonly Reading[], { PUBLIC_URL }: Config) {
  return readers.every(({ ending, role }) => isOfServer(ending) && role.sees)
    ? {
        href: `${PUBLIC_URL}/admin/resources`,
        text: t`All resources`,
        button: t`Open the resources`,
      }
    : {
        href: `${PUBLIC_URL}/manage-api-credentials`,
        text: t`All your applications`,
        button: t`Open your applications`,
      };
}

function isOfServer({ owner }: Ending): boolean {
  return owner.kind === 'resource';
}

/** R4: an org admin reads what is wrong with the people around the applications of the mail. */
function contactsOf(readers: readonly Reading[], now: Date): string[] {
  const lines = readers
    .filter(({ role }) => role.orgAdmin)
    .flatMap(({ ending: { owner, recipients } }) =>
      coverProblems(recipients, now).map((text) => oneLine(`${owner.name}: ${text}`)),
    );
  return [...new Set(lines)];
}

/** What ends first comes first; what is replaced can wait. */
function urgency(one: Item, other: Item, now: Date): number {
  const rank = ({ ending }: Item) => (replacement(ending, now) ? 1 : 0);
  return (
    rank(one) - rank(other) || one.ending.expiresAt.getTime() - other.ending.expiresAt.getTime()
  );
}

function roleOf({ recipients }: Ending, recipientId: string): Recipient {
  return recipients.find(({ id }) => id === recipientId)!;
}

function single(ending: Ending, role: Recipient, now: Date, config: Config) {
  const newer = replacement(ending, now);
  return {
    ...lineOf({ ending, role }, now, config),
    lead: role.acts
      ? words.leadOf(ending, now)
      : oneLine(words.lookOnLeadOf(ending, now, words.whoActsText(ending, role))),
    owner: oneLine(ending.owner.name),
    firstLine: words.firstLineOf(ending, now),
    heading: words.headingOf(ending, now),
    mark: words.markOf(ending, now),
    facts: factsOf(ending, now),
    button: buttonOf(ending, role, newer !== undefined),
    steps: stepsOf(situationOf(ending, now), ending.owner.kind),
    answer: role.sees
      ? { href: words.answerHrefOf(ending, config), ofServer: isOfServer(ending) }
      : undefined,
  };
}

/** Which secret it is; `mono` is printed as machines read it. */
function factsOf(ending: Ending, now: Date) {
  const { owner, hint, expiresAt } = ending;
  const newer = replacement(ending, now);
  const ended = words.isExpired(ending, now);
  return [
    { label: isOfServer(ending) ? t`Resource` : t`Application`, text: oneLine(owner.name) },
    { label: t`Client ID`, text: owner.clientId, mono: true },
    { label: t`Secret`, text: oneLine(ending.name) },
    { label: t`Begins with`, text: hint, mono: true },
    { label: ended ? t`Ended` : t`Ends`, text: endText(expiresAt) },
    ...(newer ? [{ label: t`In use now`, text: oneLine(newer.name) }] : []),
  ];
}

function buttonOf(ending: Ending, { acts }: Recipient, replaced: boolean): string {
  if (isOfServer(ending)) return t`Open this resource`;
  return replaced && acts ? t`Delete this secret` : t`Open this secret`;
}

function digest(readers: readonly Reading[], now: Date, config: Config) {
  const groups = new Map<string, ReturnType<typeof lineOf>[]>();
  for (const reading of readers) {
    const { name } = reading.ending.owner;
    groups.set(name, [...(groups.get(name) ?? []), lineOf(reading, now, config)]);
  }
  const clientIds = new Map(readers.map(({ ending: { owner } }) => [owner.name, owner.clientId]));
  const kinds = new Set(readers.map(({ ending }) => ending.owner.kind));
  const seen = readers.filter(({ role }) => role.sees);
  const [first] = readers;
  const lead = readers.some(({ role }) => role.acts)
    ? words.leadOf(first!.ending, now)
    : words.lookOnLeadOf(first!.ending, now, words.whoActsInMany(first!.role));
  return {
    firstLine: words.andOthers(words.firstLineOf(first!.ending, now), readers.length - 1),
    heading: words.andOthers(words.headingOf(first!.ending, now), readers.length - 1),
    preview: `${words.headingOf(first!.ending, now)}. ${lead}`,
    lead,
    groups: [...groups].map(([owner, lines]) => ({
      owner: oneLine(owner),
      clientId: clientIds.get(owner),
      lines,
    })),
    answers: seen.length > 0 ? words.answersInMany(kinds) : '',
    steps: stepsOfMany(
      readers.map(({ ending }) => situationOf(ending, now)),
      kinds.size === 1 ? readers[0]!.ending.owner.kind : 'both',
    ),
  };
}

function situationOf(ending: Ending, now: Date): Situation {
  if (replacement(ending, now)) return 'replaced';
  return words.isExpired(ending, now) ? 'ended' : 'works';
}

function lineOf({ ending, role }: Reading, now: Date, config: Config) {
  return {
    name: oneLine(ending.name),
    hint: ending.hint,
    left: words.leftText(ending, now),
    end: endText(ending.expiresAt),
    ended: words.isExpired(ending, now),
    replaced: replacement(ending, now) !== undefined,
    said: ending.acknowledgements.map((each) => oneLine(acknowledgementText(each, ending, now))),
    tone: words.toneOf(ending, now),
    href: role.sees ? words.hrefOf(ending, config) : undefined,
  };
}
