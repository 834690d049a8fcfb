/** Lets a limited number in at a time; the others wait in the order in which they came. */
export class Gate {
  private readonly queue: (() => void)[] = [];

  constructor(private free: number) {}

  async enter(): Promise<void> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((goOn) => this.queue.push(goOn));
  }

  leave(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.free += 1;
  }
}
