import { setTimeout } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { mayWorkLater } from '../platform/database/unavailable.js';
import { Gathering } from '../platform/gathering.js';
import { type Attempted, recordAttempts } from './ledger.js';

/** Milliseconds before the next try to write an answer down: the database is away, or another change was in the way. */
const pauses = [100, 200, 400, 800, 1_600, 3_200, 6_400];

/**
 * Writes the mail server's answers down as they come. An answer that is lost means a message that
 * comes twice, so it is kept while the database is restarted.
 */
export class AnswerBook {
  private readonly gathering = new Gathering<Attempted, void>(async (answers) => {
    await this.writeAll(answers);
    return answers.map(() => undefined);
  });

  constructor(private readonly dataSource: DataSource) {}

  /** Resolved when the answer is committed. */
  write(answer: Attempted): Promise<void> {
    return this.gathering.ask(answer);
  }

  private async writeAll(answers: Attempted[]): Promise<void> {
    for (const pause of pauses) {
      try {
        return await recordAttempts(this.dataSource.manager, answers);
      } catch (error) {
        if (!mayWorkLater(error)) throw error;
        await setTimeout(pause);
      }
    }
    await recordAttempts(this.dataSource.manager, answers);
  }
}
