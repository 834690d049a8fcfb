import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { patientTransaction } from '../platform/mail/attempt.js';
import { Mail } from '../platform/mail/mail.entity.js';
import { type Envelope, Mailer, MailRefused } from '../platform/mail/mailer.js';
import { reasonAgainst } from './decision.js';
import { findEndings } from './endings.query.js';
import { type Attempted, type DueRow, dropRows, lockDue, recordAttempt } from './ledger.js';
import type { Refused } from './notices.js';
import { type Item, type ReminderMail, reminderMail } from './reminder-mail.js';
import { beginAttempt, bundlesOf, discardEmpty } from './reminder-mails.js';

/** Rows that still stand, each with its secret, and how many were dropped. */
interface Sifted {
  live: (DueRow & Item)[];
  dropped: number;
}

/** A message that an attempt was begun with. */
export interface Prepared {
  mailId: string;
  attempts: number;
}

/** What became of a message, in ledger rows. */
export interface Outcome {
  sent: number;
  dropped: number;
  refused?: Refused;
  /** Not handed over for the moment. */
  later: boolean;
  /** Nobody's mail would be taken at present. */
  away: boolean;
}

const minute = 60_000;
/** Shorter than the tick: the next run of the same instance tries again, another instance's not yet. */
const pause = 4 * minute;

/**
 * Hands over what is due for one person, in two steps with a commit between them: the first fixes the
 * message and its Message-ID, the second sends it. What is dead by then is not sent: both look again.
 */
@Injectable()
export class Delivery {
  constructor(
    private readonly dataSource: DataSource,
    private readonly mailer: Mailer,
    private readonly config: Config,
  ) {}

  /** Step 1: everything that is due for a person becomes one message (M10). */
  prepare(recipientId: string, now: Date): Promise<{ mails: Prepared[]; dropped: number }> {
    return inTransaction(this.dataSource, async (tx) => {
      const rows = await lockDue(tx, { recipientId });
      const { live, dropped } = await this.sift(tx, rows, now);
      const byRow = new Map(live.map((row) => [row.id, row]));
      const mails: Prepared[] = [];
      for (const bundle of await bundlesOf(tx, live)) {
        const items = bundle.rows.map(({ id }) => byRow.get(id)!);
        const message = reminderMail(items, recipientId, now, this.config);
        const { id, attempts } = await beginAttempt(tx, bundle, message, now, this.config);
        mails.push({ mailId: id, attempts });
      }
      await discardEmpty(tx, rows, now);
      return { mails, dropped };
    });
  }

  /** Step 2: sends a prepared message while its rows are locked, and records the answer (M8). */
  send(mailId: string, now: Date): Promise<Outcome> {
    return patientTransaction(this.dataSource, async (tx) => {
      // These locks are what keeps others away; without a row there is nothing left to send.
      const rows = await lockDue(tx, { mailId });
      const { live, dropped } = await this.sift(tx, rows, now);
      const [first] = live;
      if (!first) {
        await discardEmpty(tx, rows, now);
        return { sent: 0, dropped, later: false, away: false };
      }
      const message = reminderMail(live, first.recipientId, now, this.config);
      const { messageId } = await tx.findOneByOrFail(Mail, { id: mailId });
      const handed = await this.handOver({ ...message, messageId, date: now });
      await record(tx, mailId, live, { address: message.to.address, at: now, ...handed, message });
      const { state, answer, away } = handed;
      return {
        sent: state === 'sent' ? live.length : 0,
        dropped,
        refused: state === 'failed' ? refusedOf(message.to.address, answer, live) : undefined,
        later: state === 'due',
        away,
      };
    });
  }

  /** M5, M7: looks at each row again, in the transaction that holds it. */
  private async sift(tx: Tx, rows: readonly DueRow[], now: Date): Promise<Sifted> {
    if (rows.length === 0) return { live: [], dropped: 0 };
    const found = await findEndings(tx, now, [...new Set(rows.map((row) => row.secretId))]);
    const endings = new Map(found.map((ending) => [ending.id, ending]));
    const judged = rows.map((row) => {
      const ending = endings.get(row.secretId);
      return { ...row, ending, reason: reasonAgainst(ending, row, now) };
    });
    const dead = judged.filter(({ reason }) => reason !== undefined);
    await dropRows(
      tx,
      dead.map(({ id, reason }) => ({ id, reason: reason! })),
    );
    const live = judged.flatMap(({ ending, reason, ...row }) =>
      ending && !reason ? [{ ...row, ending }] : [],
    );
    return { live, dropped: dead.length };
  }

  private async handOver(envelope: Envelope): Promise<Handed> {
    try {
      const { answer } = await this.mailer.send(envelope);
      return { state: 'sent', answer, nextAttemptAt: null, away: false, certain: true };
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      const { answer, permanent, forEverybody, mayHaveArrived } = error;
      return {
        state: permanent ? 'failed' : 'due',
        answer,
        nextAttemptAt: permanent ? null : new Date(envelope.date!.getTime() + pause),
        away: forEverybody,
        certain: !mayHaveArrived,
      };
    }
  }
}

interface Handed extends Omit<Attempted, 'address' | 'at'> {
  away: boolean;
  /** It is known whether the message arrived. */
  certain: boolean;
}

/** An answer that is not known leaves the mail without one: the next attempt repeats this message. */
async function record(
  tx: Tx,
  id: string,
  rows: readonly DueRow[],
  { certain, message, ...attempted }: Attempted & Handed & { message: ReminderMail },
): Promise<void> {
  const { state, at, answer, nextAttemptAt } = attempted;
  await recordAttempt(tx, rows, attempted);
  const finishedAt = state === 'due' ? null : at;
  const serverAnswer = certain ? answer : null;
  // What a reader of the ledger is shown: the mail as the server was given it.
  const kept = finishedAt ? { sentText: message.text, sentHtml: message.html } : {};
  await tx.update(Mail, { id }, { state, serverAnswer, nextAttemptAt, finishedAt, ...kept });
}

function refusedOf(address: string, answer: string, items: readonly Item[]): Refused {
  const secrets = items.map(
    ({ ending: { name, application } }) => `“${name}” of ${application.name}`,
  );
  return { address, answer, secrets };
}
