import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import type { Language } from '../platform/language/languages.js';
import { t } from '../platform/language/speaking.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Conflict, Invalid, NotFound, Refusal } from '../platform/refusals.js';
import { checkedText } from './file-text.js';
import type { CompareSettings, Task } from './judge.js';
import { Judges } from './judges.js';
import { type Counts, countsOf, type Plan } from './plan.js';
import type { Problem } from './rows.js';
import { loadState } from './state.query.js';
import { type Progress, Writer } from './writer.js';

export interface PlanSettings {
  /** Also remove what the organisations of the file have and the file does not name. */
  prune: boolean;
  /** For a program: the file may not speak of operator staff (ADR 11). */
  forProgram?: boolean;
  /** Leave out what is the same. */
  brief?: boolean;
  /** A large file is read in a thread, because others wait for this process too. */
  apart?: boolean;
  /** What problems are told in; English where nothing is said. */
  language?: Language;
}

/** A file with errors in it, which nothing can be applied of. */
export class FaultyFile extends Refusal {
  constructor(readonly problems: Problem[]) {
    const { length } = problems;
    super(422, 'faulty_file', () =>
      length === 1
        ? t`The file has an error. Make a new plan and look at it.`
        : t`The file has ${length} errors. Make a new plan and look at it.`,
    );
  }
}

/** One file that describes APIs, resources, organisations, applications, domains, grants, users and roles (P2). */
@Injectable()
export class Provisioning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly writer: Writer,
    private readonly audit: Audit,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly judges: Judges,
    private readonly config: Config,
  ) {}

  /**
   * What applying the file would do. Nothing is written.
   * @throws UnreadableFile
   */
  async plan(text: string, settings: PlanSettings): Promise<Plan> {
    const { prune } = settings;
    return this.judges.with(checkedText(text), settings, async (judge, { names, problems }) => {
      if (problems.length > 0) return refused(problems);
      return this.inLongTransaction(async (tx) => {
        const state = await loadState(tx, names, this.clock.now(), {
          everything: prune,
          lock: false,
        });
        return judge.plan(state, this.comparing(settings));
      });
    });
  }

  /**
   * Does what the plan of this fingerprint says, in one transaction.
   * @throws FaultyFile
   * @throws Conflict when the plan is another one by now, or somebody else is applying a file
   */
  async apply(
    actor: Actor,
    text: string,
    settings: PlanSettings & { fingerprint: string },
    progress?: Progress,
  ): Promise<Counts> {
    const { prune, fingerprint } = settings;
    try {
      const counts = await this.judges.with(
        checkedText(text),
        settings,
        async (judge, { names, problems }) => {
          if (problems.length > 0) throw new FaultyFile(problems);
          return this.inLongTransaction(async (tx) => {
            await takeTurn(tx);
            const state = await loadState(tx, names, this.clock.now(), {
              everything: prune,
              lock: true,
            });
            const task = await judge.task(state, this.comparing(settings));
            if (task.problems.length > 0) throw new FaultyFile(task.problems);
            if (task.fingerprint !== fingerprint) throw new Conflict(outdated);
            await this.write(tx, actor, task, progress);
            return task.counts;
          });
        },
      );
      this.outbox.kick();
      return counts;
    } catch (error) {
      throw overtaken(error) ? new Conflict(outdated) : error;
    }
  }

  private async write(tx: Tx, actor: Actor, task: Task, progress?: Progress): Promise<void> {
    const { create, change, remove } = task.counts;
    if (create + change + remove === 0) return;
    await this.writer.write(tx, actor, task.work, progress);
    await this.audit.record(tx, actor, {
      action: 'file.apply',
      subject: { kind: 'file', id: null, name: `Plan ${task.fingerprint}` },
      detail: { created: create, changed: change, removed: remove },
    });
  }

  private comparing(settings: PlanSettings): CompareSettings {
    const { prune, forProgram, brief = false, language = 'en' } = settings;
    const domains = this.config.DOMAINS === 'on';
    return { prune, staff: !forProgram, domains, brief, language };
  }

  private inLongTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(`set local statement_timeout = 0; set local lock_timeout = '30s'`);
      return work(tx);
    });
  }
}

/** With rows missing, others would refer to nothing: those errors would not be errors. */
function refused(problems: Problem[]): Plan {
  return { problems, entries: [], counts: countsOf([]), fingerprint: '' };
}

const outdated = () =>
  t`Something has changed since the plan was made, in the file or in Keyturn. Make a new plan and look at it.`;

/** One file at a time; the second one would not find what its plan says anyway. */
async function takeTurn(tx: Tx): Promise<void> {
  const [row] = await tx.query<{ mine: boolean }[]>(
    `select pg_try_advisory_xact_lock(hashtextextended('keyturn provisioning', 0)) as mine`,
  );
  if (!row!.mine)
    throw new Conflict(() => t`Somebody else is applying a file right now. Try again in a minute.`);
}

/** Somebody made the same thing by hand between the look and the write. */
function overtaken(error: unknown): boolean {
  const keys = [
    'organisations_slug_key',
    'organisations_ion_key',
    'applications_name_key',
    'domains_host_key',
    'domain_urls_key',
    'users_email_key',
    'role_assignments_live_key',
    'grants_pkey',
    'grants_resource_there_check',
    'applications_api_there_check',
  ];
  return (
    error instanceof Invalid ||
    error instanceof NotFound ||
    keys.some((key) => violated(error, key))
  );
}
