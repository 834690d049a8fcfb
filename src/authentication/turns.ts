/** Lets so many pieces of work run at a time; the others wait in line, up to a number. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly atATime: number,
    private readonly waitingAtMost: number,
  ) {}

  /** @throws what `full` makes when the line is too long already */
  async take<T>(work: () => Promise<T>, full: () => Error): Promise<T> {
    if (this.running < this.atATime) this.running += 1;
    else {
      if (this.waiting.length >= this.waitingAtMost) throw full();
      // Whoever leaves hands its place on.
      await new Promise<void>((next) => this.waiting.push(next));
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.running -= 1;
    }
  }
}
