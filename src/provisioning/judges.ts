import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import type { Language } from '../platform/language/languages.js';
import { t } from '../platform/language/speaking.js';
import { TooMany } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { type Judge, PlainJudge } from './judge.js';
import { ThreadJudge } from './thread-judge.js';

/** Characters of a file that is read in less time than a thread takes to begin, whatever is in it. */
const small = 16 * 1024;

type Read = Awaited<ReturnType<Judge['read']>>;

/** Finds a judge for a file: at once where it may be, in a thread where others would wait. */
@Injectable()
export class Judges {
  private threadAtWork = false;

  constructor(private readonly clock: Clock) {}

  /** @throws TooMany when the thread is at work on another file */
  async with<T>(
    text: string,
    settings: { apart?: boolean; language?: Language },
    work: (judge: Judge, read: Read) => Promise<T>,
  ): Promise<T> {
    const { apart, language = 'en' } = settings;
    const read = (judge: Judge) => judge.read(text, utcDay(this.clock.now()), language);
    const inThread = apart === true && text.length > small;
    if (!inThread) return this.run(new PlainJudge(), read, work);
    // One at a time: each may take as much memory as all else together.
    if (this.threadAtWork) throw new TooMany(5, busy);
    this.threadAtWork = true;
    try {
      return await this.run(new ThreadJudge(), read, work);
    } finally {
      this.threadAtWork = false;
    }
  }

  private async run<T>(
    judge: Judge,
    read: (judge: Judge) => Promise<Read>,
    work: (judge: Judge, read: Read) => Promise<T>,
  ): Promise<T> {
    try {
      return await work(judge, await read(judge));
    } finally {
      await judge.close();
    }
  }
}

const busy = () => t`Another large file is being looked at right now. Try again in some seconds.`;
