/** How far a run is, in ledger rows. */
export interface Steps {
  due: number;
  sent: number;
  failed: number;
  skipped: number;
}

const width = 30;
/** Milliseconds between two drawings. */
const often = 100;

/** One line that is written over and over: `███████░░░░ 512 of 2,000 reminders`. */
export class ProgressBar {
  private next = 0;
  private drawn = false;

  /** @param what is counted */
  constructor(
    private readonly out: { write(text: string): unknown },
    private readonly what = 'reminders',
  ) {}

  /** Bound, so that it can be handed over. */
  readonly show = ({ due, sent, failed, skipped }: Steps): void => {
    const done = sent + failed + skipped;
    if (due === 0 || (performance.now() < this.next && done < due)) return;
    this.next = performance.now() + often;
    this.drawn = true;
    const full = Math.round((Math.min(done, due) / due) * width);
    const bar = '█'.repeat(full) + '░'.repeat(width - full);
    const text = `${done.toLocaleString('en')} of ${due.toLocaleString('en')} ${this.what}`;
    this.out.write(`\r\u001b[2K${bar} ${text}`);
  };

  /** What follows begins on a line of its own. */
  end(): void {
    if (this.drawn) this.out.write('\n');
  }
}
