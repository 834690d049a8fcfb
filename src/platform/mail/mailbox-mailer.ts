import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import { parseMailbox } from './address.js';
import { type Envelope, type MailAddress, Mailer } from './mailer.js';
import { messageOf } from './message.js';

/** Keeps every mail as a file: the demo has a mailbox page instead of a mail server. */
export class MailboxMailer extends Mailer {
  readonly description: string;
  private readonly folder: string;
  private readonly from: MailAddress;
  private readonly transport = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'windows',
    disableFileAccess: true,
    disableUrlAccess: true,
  });

  constructor(
    config: Config,
    private readonly clock: Clock,
  ) {
    super();
    this.folder = mailFolder(config);
    this.from = parseMailbox(config.MAIL_FROM);
    this.description = `mailbox in ${this.folder}`;
  }

  async send(envelope: Envelope): Promise<{ answer: string }> {
    const date = envelope.date ?? this.clock.now();
    const message = messageOf(envelope, this.from, date);
    const { message: bytes } = await this.transport.sendMail(message);
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, `${fileName(envelope, date)}.eml`);
    // Renamed when complete, so that nobody reads half a mail; private, for an invitation is a power.
    await writeFile(`${file}.part`, bytes as Buffer, { mode: 0o600 });
    await rename(`${file}.part`, file);
    return { answer: '250 kept in the mailbox' };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export function mailFolder(config: Config): string {
  return join(config.DATA_DIR, 'mail');
}

/** `20261121T070000000Z-<id>`: sorts by time; a mail sent twice is one file, as in a mail reader. */
function fileName({ messageId }: Envelope, date: Date): string {
  const time = date.toISOString().replace(/[-:.]/g, '');
  return `${time}-${messageId.slice(1).replace(/@.*/, '')}`;
}
