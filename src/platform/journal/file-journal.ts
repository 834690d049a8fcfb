import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SystemClock } from '../clock.js';
import { Gathering } from '../gathering.js';
import { type Fact, Journal, JournalUnavailable } from './journal.js';

/** Lines of JSON in a file that this process alone adds to. Facts that come together share a flush. */
export class FileJournal extends Journal {
  private readonly lines = new Gathering<string, void>((texts) => this.append(texts));
  private file?: FileHandle;

  constructor(private readonly folder: string) {
    super();
  }

  async note(facts: readonly Fact[]): Promise<void> {
    if (facts.length === 0) return;
    await this.lines.ask(facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''));
  }

  private async append(texts: readonly string[]): Promise<void[]> {
    try {
      this.file ??= await this.create();
      await this.file.appendFile(texts.join(''));
      await this.file.datasync();
      return texts.map(() => undefined);
    } catch (cause) {
      // What was written in part ends a file; the next line begins another.
      await this.file?.close().catch(() => undefined);
      this.file = undefined;
      throw new JournalUnavailable('The journal cannot be written', { cause });
    }
  }

  private async create(): Promise<FileHandle> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const stamp = new SystemClock().now().toISOString().replace(/\W/g, '');
    const name = `${stamp}-${process.pid}-${randomBytes(3).toString('hex')}.jsonl`;
    const file = await open(join(this.folder, name), 'ax', 0o600);
    const folder = await open(this.folder);
    // The name of the file, too, must be on the disk.
    await folder.sync().finally(() => folder.close());
    return file;
  }
}
