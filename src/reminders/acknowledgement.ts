import { t } from '../platform/language/speaking.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import { dayText } from '../platform/words.js';
import { isEarly, type Milestone } from './milestones.js';

export type AcknowledgementKind = 'taken' | 'replaced' | 'not_mine';

/** What somebody says about a secret, and has not taken back. */
export interface Acknowledgement {
  userId: string;
  name: string;
  kind: AcknowledgementKind;
  until: UtcDay | null;
  saidAt: Date;
}

/** A secret as far as words about it go. */
export interface Acknowledged {
  lastUsedAt: Date | null;
  recipients: readonly { id: string }[];
  acknowledgements: readonly Acknowledgement[];
}

/**
 * Does it count at this instant? "On it" counts up to its day, "already replaced" until the secret is
 * used again, "not mine" until it is taken back or settled; and all of them only from people who
 * would still be mailed (docs/adr/0040).
 */
export function counts(said: Acknowledgement, about: Acknowledged, now: Date): boolean {
  if (!about.recipients.some(({ id }) => id === said.userId)) return false;
  if (said.kind === 'taken') return said.until! >= utcDay(now);
  return said.kind === 'not_mine' || !usedSince(said, about);
}

/**
 * Why a six- or three-week mail waits for this recipient, in words for the ledger. The mails of the
 * last week and the one after the end always go out.
 */
export function heldFor(
  about: Acknowledged,
  { recipientId, milestone }: { recipientId: string; milestone: Milestone },
  now: Date,
): string | undefined {
  if (!isEarly(milestone)) return undefined;
  const words = about.acknowledgements.filter((said) => counts(said, about, now));
  const cared = words.find(({ kind }) => kind !== 'not_mine');
  if (cared?.kind === 'taken') return `not sent: ${cared.name} is on it until ${cared.until}`;
  if (cared) return `not sent: replaced already, says ${cared.name}`;
  const others = about.recipients.filter(({ id }) => !words.some(({ userId }) => userId === id));
  const saidSo = words.some(({ userId }) => userId === recipientId);
  return saidSo && others.length > 0 ? 'not sent: not theirs any more, they say' : undefined;
}

/** The same for readers: "Anna Visser is on it until Thu 3 June 2027." */
export function acknowledgementText(said: Acknowledgement, about: Acknowledged, now: Date): string {
  const { name, kind, until, saidAt } = said;
  const when = dayText(utcDay(saidAt));
  if (kind === 'taken') {
    return until! >= utcDay(now)
      ? t`${name} is on it until ${dayText(until!)}.`
      : t`${name} was on it until ${dayText(until!)}.`;
  }
  if (kind === 'not_mine') return t`${name} said on ${when} that it is not theirs any more.`;
  return usedSince(said, about)
    ? t`${name} said on ${when} that it is replaced already, but it has been used since.`
    : t`${name} said on ${when} that it is replaced already. Then delete it: that ends its mails.`;
}

function usedSince({ saidAt }: Acknowledgement, { lastUsedAt }: Acknowledged): boolean {
  return lastUsedAt !== null && lastUsedAt > saidAt;
}
