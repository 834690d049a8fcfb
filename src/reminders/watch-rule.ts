import { instantText } from '../platform/words.js';

/** What can be wrong with the reminders as a whole (M12). */
export type TroubleKind = 'overdue' | 'broke_off' | 'missed' | 'no_recipient';

export interface Trouble {
  kind: TroubleKind;
  /** A sentence for operator staff; it names nobody. */
  text: string;
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
    const last = complete
      ? `The last one ended ${instantText(from)}.`
      : 'There has never been one.';
    troubles.push({
      kind: 'overdue',
      text: `No reminder run came to its end for more than ${longest} hours. ${last}`,
    });
  }
  if (broken && (!complete || broken.startedAt > complete.startedAt)) {
    const end = broken.error ? `broke off: ${broken.error}` : 'was interrupted';
    troubles.push({
      kind: 'broke_off',
      text: `The reminder run of ${instantText(broken.startedAt)} ${end}.`,
    });
  }
  if (missed > 0) {
    troubles.push({
      kind: 'missed',
      text: `The last reminder run says that it is complete, but left out ${counted(missed)} in the last week.`,
    });
  }
  if (complete && complete.noRecipient > 0) {
    troubles.push({
      kind: 'no_recipient',
      text: `Nobody can be reminded of ${counted(complete.noRecipient)} that ${complete.noRecipient === 1 ? 'ends' : 'end'} soon.`,
    });
  }
  return troubles;
}

function counted(secrets: number): string {
  return secrets === 1 ? '1 secret' : `${secrets} secrets`;
}
