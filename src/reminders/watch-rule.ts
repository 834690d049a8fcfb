import { plural, t } from '../platform/language/speaking.js';
import { instantText } from '../platform/words.js';

/** What can be wrong with the reminders as a whole (M12). */
export type TroubleKind = 'overdue' | 'broke_off' | 'missed' | 'no_recipient';

export interface Trouble {
  kind: TroubleKind;
  /** A sentence for operator staff; it names nobody. */
  text: () => string;
}

/** What the record of runs says, and what an independent look at the secrets says. */
export interface RunFacts {
  /** The last run that came to its end. */
  complete: { startedAt: Date; finishedAt: Date; noRecipient: number } | null;
  /** The last run that broke off, or was never heard of again. */
  broken: { startedAt: Date; error: string | null } | null;
  /** Since when there is something to be reminded of; null when there is nothing. */
  since: Date | null;
  /** Secrets in their last week that the last complete run of today left out without a word. */
  missed: number;
}

const longest = 26;

/** M12, and R12 of the promises: none of these is a quiet success. */
export function troublesOf({ complete, broken, since, missed }: RunFacts, now: Date): Trouble[] {
  const troubles: Trouble[] = [];
  const from = complete?.finishedAt ?? since;
  if (from && now.getTime() - from.getTime() > longest * 3_600_000) {
    troubles.push({ kind: 'overdue', text: () => overdueText(complete && from) });
  }
  if (broken && (!complete || broken.startedAt > complete.startedAt)) {
    troubles.push({ kind: 'broke_off', text: () => brokenText(broken) });
  }
  if (missed > 0) troubles.push({ kind: 'missed', text: () => missedText(missed) });
  if (complete && complete.noRecipient > 0) {
    troubles.push({ kind: 'no_recipient', text: () => nobodyText(complete.noRecipient) });
  }
  return troubles;
}

function overdueText(last: Date | null): string {
  return [
    t`No reminder run came to its end for more than ${longest} hours.`,
    last ? t`The last one ended ${instantText(last)}.` : t`There has never been one.`,
  ].join(' ');
}

function brokenText({ startedAt, error }: NonNullable<RunFacts['broken']>): string {
  const run = instantText(startedAt);
  return error
    ? t`The reminder run of ${run} broke off: ${error}.`
    : t`The reminder run of ${run} was interrupted.`;
}

function missedText(secrets: number): string {
  return plural(
    secrets,
    t`The last reminder run says that it is complete, but left out ${secrets} secret in the last week.`,
    t`The last reminder run says that it is complete, but left out ${secrets} secrets in the last week.`,
  );
}

function nobodyText(secrets: number): string {
  return plural(
    secrets,
    t`Nobody can be reminded of ${secrets} secret that ends soon.`,
    t`Nobody can be reminded of ${secrets} secrets that end soon.`,
  );
}
