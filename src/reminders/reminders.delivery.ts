import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Gathering } from '../platform/gathering.js';
import { Journal, NoJournal } from '../platform/journal/journal.js';
import { Mailer, MailRefused } from '../platform/mail/mailer.js';
import { AnswerBook } from './answer-book.js';
import { reasonAgainst } from './decision.js';
import { findEndings } from './endings.query.js';
import { type Attempted, type DueRow, dropRows, lockDue } from './ledger.js';
import type { Refused } from './notices.js';
import { type Item, type ReminderMail, reminderMail } from './reminder-mail.js';
import {
  type Attempt,
  beginAttempts,
  type Begun,
  bundlesOf,
  discardEmpty,
  earlierMails,
  releaseMail,
} from './reminder-mails.js';
import type { RunLock } from './run-lock.js';

/** Whose mail is wanted. */
export interface Wish {
  recipientId: string;
  now: Date;
  lock: Pick<RunLock, 'beat'>;
  /** Mails that were tried in this pass already. */
  tried: readonly string[];
  /** This one again, and nothing else: it was claimed, and has waited too long to be sent unseen. */
  renew?: string;
}

/** A message that an attempt was begun with. */
export interface Claimed extends Begun {
  message: ReminderMail;
  rows: (DueRow & Item)[];
}

export interface Claim {
  /** Absent when nothing is left to send. */
  claimed?: Claimed;
  /** Rows found not to be needed any more. */
  dropped: number;
  /** Something else is due for this person as well. */
  more: boolean;
}

/** What became of a message, in ledger rows. */
export interface Outcome {
  sent: number;
  refused?: Refused;
  /** Not handed over for the moment. */
  later: boolean;
  /** Nobody's mail would be taken at present. */
  away: boolean;
}

/** What the mail server said to a message. */
type Handed = Pick<Attempted, 'state' | 'answer' | 'nextAttemptAt' | 'certain'> & {
  away: boolean;
};

const minute = 60_000;
/** Shorter than the tick: the next run of the same instance tries again, another instance's not yet. */
const pause = 4 * minute;

/**
 * Hands over what is due for one person, in two steps with a commit between them (docs/adr/0007): the
 * claim looks at everything again and fixes the message and its Message-ID; then it is sent and the
 * answer recorded. Claims and answers of several people share a statement when they come together.
 */
@Injectable()
export class Delivery {
  private readonly claims = new Gathering<Wish, Claim>((wishes) => this.claimAll(wishes));
  private readonly answers: AnswerBook;
  private readonly log = new Logger('Reminders');

  constructor(
    private readonly dataSource: DataSource,
    private readonly mailer: Mailer,
    private readonly config: Config,
    private readonly journal: Journal = new NoJournal(),
  ) {
    this.answers = new AnswerBook(dataSource);
  }

  /** Step 1: everything that is due for a person becomes one message (M10). */
  async claim(wish: Wish): Promise<Claim> {
    try {
      return await this.claims.ask(wish);
    } catch {
      // Whoever was in the same round: a fault of one person's rows stays with that person (M8).
      const [claim] = await this.claimAll([wish]);
      return claim!;
    }
  }

  /** Nothing was sent after all: the next claim is free to put other rows into the message. */
  async release({ mailId, attempts }: Claimed): Promise<void> {
    await releaseMail(this.dataSource.manager, mailId, attempts);
  }

  /**
   * Step 2: sends a claimed message, and writes the answer down. Resolved when that is committed: until
   * then a process that dies leaves a message behind that goes out again.
   */
  async send(claimed: Claimed, now: Date): Promise<Outcome> {
    return this.record(claimed, await this.handOver(claimed, now), now);
  }

  private async handOver(claimed: Claimed, now: Date): Promise<Handed> {
    const { message, messageId } = claimed;
    try {
      const { answer } = await this.mailer.send({ ...message, messageId, date: now });
      await this.keep(claimed, now);
      return { state: 'sent', answer, nextAttemptAt: null, away: false, certain: true };
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      const { answer, permanent, forEverybody, mayHaveArrived } = error;
      return {
        state: permanent ? 'failed' : 'due',
        answer,
        nextAttemptAt: permanent ? null : new Date(now.getTime() + pause),
        away: forEverybody,
        certain: !mayHaveArrived,
      };
    }
  }

  /** It has been sent, whether or not that can be kept. */
  private async keep({ rows, mailId }: Claimed, at: Date): Promise<void> {
    const about = { rows: rows.map(({ secretId, milestone }) => ({ secretId, milestone })) };
    const fact = { at, fact: 'reminder.send', id: rows[0]!.recipientId, about };
    await this.journal
      .note([fact])
      .catch((error: Error) =>
        this.log.error(`Mail ${mailId} is not in the journal: ${error.name}`),
      );
  }

  /** Writes the answer into the mail and into every row that it was about (M8). */
  private async record(claimed: Claimed, handed: Handed, now: Date): Promise<Outcome> {
    const { mailId, attempts, message, rows } = claimed;
    const { address } = message.to;
    const { away, ...known } = handed;
    const { state, answer } = known;
    const kept = state === 'due' ? {} : { text: message.text, html: message.html };
    await this.answers.write({ mailId, attempts, address, at: now, ...known, ...kept });
    return {
      sent: state === 'sent' ? rows.length : 0,
      refused: state === 'failed' ? refusedOf(address, answer, rows) : undefined,
      later: state === 'due',
      away,
    };
  }

  private claimAll(wishes: readonly Wish[]): Promise<Claim[]> {
    const { now, lock } = wishes[0]!;
    return inTransaction(this.dataSource, async (tx) => {
      const rows = await lockDue(
        tx,
        wishes.map(({ recipientId }) => recipientId),
      );
      const mine = wishes.map((wish) => rows.filter((row) => isWanted(row, wish)));
      const { live, dropped } = await this.sift(tx, mine.flat(), now);
      const earlier = await earlierMails(tx, live);
      const claims = wishes.map((wish, index) => {
        const ids = new Set(mine[index]!.map(({ id }) => id));
        const own = live.filter(({ id }) => ids.has(id));
        const [bundle, ...others] = bundlesOf(own, earlier);
        const lost = mine[index]!.filter(({ id }) => dropped.has(id)).length;
        return { wish, bundle, dropped: lost, more: others.length > 0 };
      });
      const begun = await this.begin(tx, claims, now);
      await discardEmpty(tx, rows, now);
      // Only whoever still has the lock of the run may commit a claim.
      await lock.beat();
      return claims.map(({ wish, dropped: lost, more }) => ({
        claimed: begun.get(wish),
        dropped: lost,
        more,
      }));
    });
  }

  private async begin(
    tx: Tx,
    claims: readonly { wish: Wish; bundle?: { mailId?: string; rows: (DueRow & Item)[] } }[],
    now: Date,
  ): Promise<Map<Wish, Claimed>> {
    const attempts = claims.flatMap(({ wish, bundle }) => {
      if (!bundle) return [];
      const message = reminderMail(bundle.rows, wish.recipientId, now, this.config);
      return [{ wish, bundle, message, renewed: wish.renew !== undefined }];
    }) satisfies Attempt[];
    const begun = await beginAttempts(tx, attempts, now, this.config);
    return new Map(
      attempts.map(({ wish, message, bundle: { rows } }, index) => [
        wish,
        { ...begun[index]!, message, rows },
      ]),
    );
  }

  /** M5, M7: looks at each row again, in the transaction that claims it. */
  private async sift(tx: Tx, rows: readonly DueRow[], now: Date) {
    if (rows.length === 0) return { live: [], dropped: new Set<string>() };
    const found = await findEndings(tx, now, [...new Set(rows.map((row) => row.secretId))]);
    const endings = new Map(found.map((ending) => [ending.id, ending]));
    const judged = rows.map((row) => {
      const ending = endings.get(row.secretId);
      return { ...row, ending, reason: reasonAgainst(ending, row, now) };
    });
    const dead = judged.flatMap(({ id, reason }) => (reason ? [{ id, reason }] : []));
    await dropRows(tx, dead);
    const live = judged.flatMap(({ ending, reason, ...row }) =>
      ending && !reason ? [{ ...row, ending }] : [],
    );
    return { live, dropped: new Set(dead.map(({ id }) => id)) };
  }
}

function isWanted({ recipientId, mailId }: DueRow, wish: Wish): boolean {
  if (recipientId !== wish.recipientId) return false;
  if (wish.renew !== undefined) return mailId === wish.renew;
  return mailId === null || !wish.tried.includes(mailId);
}

function refusedOf(address: string, answer: string, items: readonly Item[]): Refused {
  const secrets = items.map(({ ending: { name, owner } }) => `“${name}” of ${owner.name}`);
  return { address, answer, secrets };
}
