import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Language } from '../platform/language/languages.js';
import { t } from '../platform/language/speaking.js';
import { projectRoot } from '../platform/project-root.js';
import { Refusal } from '../platform/refusals.js';
import type { UtcDay } from '../platform/utc-day.js';
import type { CompareSettings, Judge, Task } from './judge.js';
import type { Names } from './names.js';
import type { Plan } from './plan.js';
import type { Problem } from './rows.js';
import type { State } from './state.query.js';

export interface Ask {
  method: 'read' | 'plan' | 'task';
  given: unknown[];
}

export interface Told {
  answer?: unknown;
  error?: Error;
}

/** The heap of a thread at most, in megabytes: a file of 50,000 YAML rows needs about half. */
const memory = 1024;

/** Milliseconds for one step. */
const patience = 60_000;

/** A thread takes the build, also where the sources run. */
const program = join(projectRoot, 'dist', 'src', 'provisioning', 'judge.thread.js');

/**
 * Judges in a thread, so that nobody else waits while a large file is read, and with a limit of its own:
 * what needs more memory or time ends the thread and not the service.
 */
export class ThreadJudge implements Judge {
  private readonly worker: Worker;

  constructor(limits: { memory?: number } = {}) {
    this.worker = new Worker(program, {
      resourceLimits: { maxOldGenerationSizeMb: limits.memory ?? memory },
    });
    // Between two questions there is nobody to tell; the next one is told.
    this.worker.on('error', () => undefined);
  }

  read(
    text: string,
    today: UtcDay,
    language: Language,
  ): Promise<{ names: Names; problems: Problem[] }> {
    return this.ask({ method: 'read', given: [text, today, language] });
  }

  plan(state: State, settings: CompareSettings): Promise<Plan> {
    return this.ask({ method: 'plan', given: [state, settings] });
  }

  task(state: State, settings: CompareSettings): Promise<Task> {
    return this.ask({ method: 'task', given: [state, settings] });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private async ask<T>(ask: Ask): Promise<T> {
    const stop = new AbortController();
    const { worker } = this;
    try {
      return await new Promise<T>((resolve, reject) => {
        const timer = setTimeout(() => reject(tooMuch()), patience);
        stop.signal.addEventListener('abort', () => {
          clearTimeout(timer);
          worker.removeAllListeners('message');
          worker.off('error', failed).off('exit', gone);
        });
        const failed = (error: NodeJS.ErrnoException) =>
          reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : error);
        const gone = () => reject(tooMuch());
        worker.on('error', failed).on('exit', gone);
        worker.on('message', ({ answer, error }: Told) => {
          if (error !== undefined) reject(error);
          else resolve(answer as T);
        });
        worker.postMessage(ask);
      });
    } finally {
      stop.abort();
    }
  }
}

function tooMuch(): Refusal {
  return new Refusal(
    413,
    'too_large',
    () =>
      t`This file takes more memory or time than the service spends on one. Divide it, for example by country, or run the command on the server.`,
  );
}
