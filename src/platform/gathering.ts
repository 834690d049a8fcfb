interface Waiting<Ask, Answer> {
  ask: Ask;
  resolve: (answer: Answer) => void;
  reject: (error: unknown) => void;
}

interface Limits {
  /** Asks in one round. */
  atMost?: number;
  /** Rounds under way at the same time. */
  rounds?: number;
  /** Errors of a round that all who wait get as well: theirs would be the same, only later. */
  isForAll?: (error: unknown) => boolean;
}

/**
 * Work that is cheaper done together: one round at a time, and what is asked for meanwhile waits for
 * the next one. Nobody waits for a round to fill up, so it costs no time where little is asked for.
 */
export class Gathering<Ask, Answer> {
  private waiting: Waiting<Ask, Answer>[] = [];
  private leaving = false;
  private readonly atMost: number;
  private free: number;
  private readonly isForAll: (error: unknown) => boolean;

  /** @param work answers all, in their order; when it throws, everybody in the round gets the error */
  constructor(
    private readonly work: (asks: Ask[]) => Promise<Answer[]>,
    { atMost = 100, rounds = 1, isForAll = () => false }: Limits = {},
  ) {
    this.atMost = atMost;
    this.free = rounds;
    this.isForAll = isForAll;
  }

  ask(ask: Ask): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ ask, resolve, reject });
      if (this.leaving || this.free === 0) return;
      this.leaving = true;
      // What is asked for in the same turn goes into the same round.
      setImmediate(() => {
        this.leaving = false;
        void this.goOn();
      });
    });
  }

  private async goOn(): Promise<void> {
    this.free -= 1;
    while (this.waiting.length > 0) {
      const round = this.waiting.splice(0, this.atMost);
      try {
        const answers = await this.work(round.map(({ ask }) => ask));
        round.forEach(({ resolve }, index) => resolve(answers[index]!));
      } catch (error) {
        if (this.isForAll(error)) round.push(...this.waiting.splice(0));
        round.forEach(({ reject }) => reject(error));
      }
    }
    this.free += 1;
  }
}
