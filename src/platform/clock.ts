/** The only source of the present. Everything that needs the time asks for it here. */
export abstract class Clock {
  /** The present instant. */
  abstract now(): Date;
}

export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }
}

/** Starts at a given instant and runs on from there: time travel for demonstrations. */
export class ShiftedClock extends Clock {
  private readonly shift: number;

  constructor(start: Date) {
    super();
    this.shift = start.getTime() - Date.now();
  }

  now(): Date {
    return new Date(Date.now() + this.shift);
  }
}

/** Stands still: one instant is answered for, as in `remind --as-of`. Tests move it by hand. */
export class FixedClock extends Clock {
  constructor(private instant: Date) {
    super();
  }

  now(): Date {
    return new Date(this.instant);
  }

  set(instant: Date): void {
    this.instant = instant;
  }

  /** @param milliseconds how far to move on */
  advance(milliseconds: number): void {
    this.instant = new Date(this.instant.getTime() + milliseconds);
  }
}
