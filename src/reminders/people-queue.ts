/** People for whom something is due, fetched as they are needed: never all of them at once. */
export class PeopleQueue {
  private readonly waiting: string[] = [];
  private last?: string;
  private atEnd = false;
  private fetching?: Promise<void>;

  /** @param fetch the next ones after an id, in the order of ids; none means the end */
  constructor(private readonly fetch: (after: string | undefined) => Promise<string[]>) {}

  /** @returns undefined when there is nobody left */
  async next(): Promise<string | undefined> {
    while (this.waiting.length === 0 && !this.atEnd) {
      this.fetching ??= this.fill().finally(() => (this.fetching = undefined));
      await this.fetching;
    }
    return this.waiting.shift();
  }

  /** These come before everybody who was not fetched yet. */
  putFirst(people: readonly string[]): void {
    this.waiting.unshift(...people);
  }

  private async fill(): Promise<void> {
    const people = await this.fetch(this.last);
    this.last = people.at(-1) ?? this.last;
    this.atEnd = people.length === 0;
    this.waiting.push(...people);
  }
}
