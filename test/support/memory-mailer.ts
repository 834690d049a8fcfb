import { type Envelope, Mailer } from '../../src/platform/mail/mailer.js';

/** Keeps what was sent. */
export class MemoryMailer extends Mailer {
  readonly description = 'memory';
  readonly sent: Envelope[] = [];

  send(envelope: Envelope): Promise<{ answer: string }> {
    this.sent.push(envelope);
    return Promise.resolve({ answer: '250 kept' });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
