import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { SystemClock } from '../clock.js';
import { type DatabaseState, findDatabaseState } from './database-state.query.js';
import { type Unready, unreadyOf } from './unready.js';

/** Longer than this nobody who asks whether we are ready waits. */
const patience = 2_000;

/** What was found out about the database, or that nothing was. */
export interface Looked {
  /** Absent where the database gave no answer. */
  state?: DatabaseState;
  problems: Unready[];
}

/** Whether this instance can do its work now. Who asks at the same time gets the same answer. */
@Injectable()
export class Readiness implements OnModuleDestroy {
  private looking?: Promise<DatabaseState | undefined>;
  private stopping = false;

  constructor(private readonly dataSource: DataSource) {}

  /** From here on others are to be asked, while what has come is still answered. */
  onModuleDestroy(): void {
    this.stopping = true;
  }

  async look(): Promise<Looked> {
    this.looking ??= this.find().finally(() => (this.looking = undefined));
    const state = await this.looking;
    return { state, problems: unreadyOf(state, { stopping: this.stopping }) };
  }

  private async find(): Promise<DatabaseState | undefined> {
    // The system's own clock, which `--as-of` leaves alone: it is what drifts.
    const found = findDatabaseState(this.dataSource, new SystemClock()).catch(() => undefined);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), patience).unref();
    });
    return Promise.race([found, late]).finally(() => clearTimeout(timer));
  }
}
