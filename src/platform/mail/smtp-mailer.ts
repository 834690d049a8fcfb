import { readFileSync } from 'node:fs';
import { createTransport } from 'nodemailer';
import type { Clock } from '../clock.js';
import type { Config } from '../config/config.js';
import { parseMailbox } from './address.js';
import { type Envelope, type MailAddress, Mailer } from './mailer.js';
import { messageOf } from './message.js';
import { answerLine } from './one-line.js';
import { refusalOf } from './smtp-failure.js';

/** All in milliseconds. */
export interface Patience {
  /** Until the connection stands. */
  connect: number;
  /** Until the server has greeted. */
  greeting: number;
  /** Without a byte from the server. */
  silence: number;
  /** For one message as a whole, also with a server that answers in drops. */
  message: number;
}

const patience: Patience = {
  connect: 10_000,
  greeting: 10_000,
  silence: 30_000,
  message: 120_000,
};

/** Sends through the configured server over a few connections that are kept. */
export class SmtpMailer extends Mailer {
  readonly description: string;
  override readonly width: number;
  private readonly from: MailAddress;
  private readonly transport;

  constructor(
    config: Config,
    private readonly clock: Clock,
    private readonly limits: Patience = patience,
  ) {
    super();
    const url = config.SMTP_URL!;
    this.description = `SMTP server ${new URL(url).host}`;
    this.from = parseMailbox(config.MAIL_FROM);
    this.width = config.SMTP_CONNECTIONS;
    this.transport = createTransport({
      url,
      pool: true,
      maxConnections: this.width,
      // Only ever repeats what was not begun: a kept connection that the server has closed since.
      maxRequeues: 2,
      idleTimeout: 20_000,
      connectionTimeout: limits.connect,
      greetingTimeout: limits.greeting,
      socketTimeout: limits.silence,
      // A password goes out over TLS or not at all; `?requireTLS=false` in the URL says otherwise.
      requireTLS: new URL(url).password !== '',
      ...signing(config, this.from),
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  async send(envelope: Envelope): Promise<{ answer: string }> {
    const message = messageOf(envelope, this.from, this.clock.now());
    const tooLong = new AbortController();
    const timer = setTimeout(() => tooLong.abort(), this.limits.message);
    try {
      const { response } = await this.transport.sendMail({ ...message, signal: tooLong.signal });
      return { answer: answerLine(response) };
    } catch (error) {
      throw refusalOf(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Connects and, where a password is configured, signs in. */
  override async check(): Promise<void> {
    try {
      await this.transport.verify();
    } catch (error) {
      throw refusalOf(error);
    }
  }

  close(): Promise<void> {
    this.transport.close();
    return Promise.resolve();
  }
}

/** DKIM in the name of the sender's domain, where a key is configured. */
function signing({ DKIM_SELECTOR, DKIM_KEY_FILE }: Config, { address }: MailAddress) {
  if (!DKIM_SELECTOR || !DKIM_KEY_FILE) return {};
  return {
    dkim: {
      domainName: address.slice(address.lastIndexOf('@') + 1),
      keySelector: DKIM_SELECTOR,
      privateKey: readFileSync(DKIM_KEY_FILE, 'utf8'),
    },
  };
}
