import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Conflict, Invalid } from '../platform/refusals.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import { differenceOf } from './difference/difference.js';
import { checkedText } from './file-text.js';
import { countsOf, emptyWork, fingerprintOf, type Plan, type Work } from './plan.js';
import { looksLikeCsv, readCsv } from './read-csv.js';
import { readYaml } from './read-yaml.js';
import { byPosition, type Problem, type RowKind } from './rows.js';
import { loadState } from './state.query.js';
import { type Wanted, wantedOf } from './wanted.js';
import { type Progress, Writer } from './writer.js';

export interface PlanSettings {
  /** Also remove what the organisations of the file have and the file does not name. */
  prune: boolean;
}

/** One file that describes organisations, applications, grants, users and roles (P2). */
@Injectable()
export class Provisioning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: Writer,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
  ) {}

  /**
   * What applying the file would do. Nothing is written.
   * @throws UnreadableFile
   */
  async plan(text: string, { prune }: PlanSettings): Promise<Plan> {
    const file = this.read(text);
    const { plan } = await this.inLongTransaction((tx) => this.compare(tx, file, prune, false));
    return plan;
  }

  /**
   * Does what the plan of this fingerprint says, in one transaction.
   * @throws Conflict when the plan is another one by now, or somebody else is applying a file
   */
  async apply(
    actor: Actor,
    text: string,
    { prune, fingerprint }: PlanSettings & { fingerprint: string },
    progress?: Progress,
  ): Promise<Plan> {
    const file = this.read(text);
    try {
      const applied = await this.inLongTransaction(async (tx) => {
        await takeTurn(tx);
        const { plan, work } = await this.compare(tx, file, prune, true);
        if (plan.problems.length > 0 || plan.fingerprint !== fingerprint)
          throw new Conflict(outdated);
        const { create, change, remove } = plan.counts;
        if (create + change + remove === 0) return plan;
        await this.writer.write(tx, actor, work, progress);
        await this.audit.record(tx, actor, {
          action: 'file.apply',
          subject: { kind: 'file', id: null, name: `Plan ${fingerprint}` },
          detail: { created: create, changed: change, removed: remove },
        });
        return plan;
      });
      this.outbox.kick();
      return applied;
    } catch (error) {
      throw overtaken(error) ? new Conflict(outdated) : error;
    }
  }

  /** Everything that can be judged without the database, and before a transaction is open. */
  private read(given: string): FileRead {
    const text = checkedText(given);
    const today = utcDay(this.clock.now());
    const file = looksLikeCsv(text) ? readCsv(text) : readYaml(text);
    const { wanted, problems } = wantedOf(file.rows, today);
    return { text, today, wanted, kinds: file.kinds, problems: [...file.problems, ...problems] };
  }

  private async compare(
    tx: Tx,
    { text, today, wanted, kinds, problems: early }: FileRead,
    prune: boolean,
    lock: boolean,
  ): Promise<{ plan: Plan; work: Work }> {
    // With rows missing, others would refer to nothing: those errors would not be errors.
    if (early.length > 0) return refused(early);
    const state = await loadState(tx, wanted, this.clock.now(), { everything: prune, lock });
    const { entries, work, problems } = differenceOf(wanted, state, { today, prune, kinds });
    if (problems.length > 0) return refused(problems);
    const fingerprint = fingerprintOf(text, prune, entries, state);
    return { plan: { problems: [], entries, counts: countsOf(entries), fingerprint }, work };
  }

  private inLongTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(`set local statement_timeout = 0; set local lock_timeout = '30s'`);
      return work(tx);
    });
  }
}

interface FileRead {
  text: string;
  today: UtcDay;
  wanted: Wanted;
  kinds: Set<RowKind>;
  problems: Problem[];
}

function refused(problems: Problem[]): { plan: Plan; work: Work } {
  const plan = {
    problems: [...problems].sort(byPosition),
    entries: [],
    counts: countsOf([]),
    fingerprint: '',
  };
  return { plan, work: emptyWork() };
}

const outdated =
  'Something has changed since the plan was made, in the file or in Keyturn. Make a new plan and look at it.';

/** One file at a time; the second one would not find what its plan says anyway. */
async function takeTurn(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ mine: boolean }[]>(
    `select pg_try_advisory_xact_lock(hashtextextended('keyturn provisioning', 0)) as mine`,
  );
  if (!row!.mine)
    throw new Conflict('Somebody else is applying a file right now. Try again in a minute.');
}

/** Somebody made the same thing by hand between the look and the write. */
function overtaken(error: unknown): boolean {
  const keys = [
    'organisations_slug_key',
    'organisations_ion_key',
    'applications_name_key',
    'users_email_key',
    'role_assignments_live_key',
    'grants_pkey',
  ];
  return error instanceof Invalid || keys.some((key) => violated(error, key));
}
