import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';

/** What the server does with one message for an address, instead of taking it. */
export type Trouble =
  | { at: 'recipient' | 'text'; code: number; answer: string }
  /** Hangs up in the middle of the text, or after it without an answer. */
  | 'drop in the text'
  | 'drop after the text'
  /** Takes the message and hangs up instead of saying so. */
  | 'take and drop'
  /** Says nothing any more. */
  | 'stall';

export interface Received {
  to: string;
  raw: string;
  mail: Email;
  /** The header lines of this name. */
  lines: (name: string) => string[];
}

/** A real mail server in this process that misbehaves when told to. */
export class TestSmtp {
  readonly received: Received[] = [];
  /** Recipients of all attempts, in their order, also of those that failed. */
  readonly attempts: string[] = [];
  /** With which somebody signed in. */
  readonly passwords: string[] = [];
  /** Said instead of the greeting. */
  greeting?: { code: number; answer: string };
  /** Connections so far. */
  greeted = 0;
  /** Called when a message has arrived complete, before the server answers. */
  beforeAnswer?: (to: string) => Promise<void>;
  port = 0;
  private readonly troubles = new Map<string, Trouble[]>();
  private server?: SMTPServer;

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** The next messages for an address meet this; afterwards they are taken again. */
  trouble(address: string, ...troubles: Trouble[]): void {
    this.troubles.set(address, troubles);
  }

  /** Listens, again on the same port when it has been away. */
  async start(): Promise<this> {
    this.server = new SMTPServer({
      authOptional: true,
      allowInsecureAuth: true,
      onAuth: ({ password }, _session, answer) => {
        this.passwords.push(password ?? '');
        answer(null, { user: 'anybody' });
      },
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      logger: false,
      onConnect: (_session, answer) => {
        this.greeted += 1;
        answer(this.greeting && failure(this.greeting));
      },
      onRcptTo: ({ address }, _session, answer) => {
        this.attempts.push(address);
        const [first] = this.troubles.get(address) ?? [];
        if (typeof first !== 'object' || first.at !== 'recipient') return answer();
        this.troubles.get(address)!.shift();
        answer(failure(first));
      },
      onData: (stream, session, answer) =>
        void this.take(stream, session).then((trouble) => {
          if (trouble) return answer(failure(trouble));
          answer(null, 'taken');
        }, hangUp),
    });
    // Sockets that are torn down on purpose.
    this.server.on('error', () => undefined);
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server.server, 'listening');
    this.port = (this.server.server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    for (const connection of this.server!.connections) connection._socket.destroy();
    await new Promise<void>((done) => this.server!.close(done));
  }

  /** Takes what has been received since the last call, as `address: subject` lines in order. */
  takeAll(): Received[] {
    return this.received.splice(0).sort((one, other) => (one.to < other.to ? -1 : 1));
  }

  private async take(stream: SMTPServerDataStream, session: SMTPServerSession) {
    const to = session.envelope.rcptTo[0]!.address;
    const trouble = this.troubles.get(to)?.shift();
    const raw = await textOf(stream, trouble === 'drop in the text' ? 1 : Infinity);
    if (trouble === 'drop in the text') this.drop(session);
    await this.beforeAnswer?.(to);
    if (trouble === 'stall') await new Promise(() => undefined);
    if (trouble === 'drop after the text') this.drop(session);
    if (typeof trouble === 'object') return trouble;
    const mail = await PostalMime.parse(raw);
    const lines = (name: string) =>
      mail.headers.filter(({ key }) => key === name.toLowerCase()).map(({ value }) => value);
    this.received.push({ to, raw, mail, lines });
    if (trouble === 'take and drop') this.drop(session);
    return undefined;
  }

  private drop({ id }: SMTPServerSession): never {
    for (const connection of this.server!.connections) {
      if (connection.session.id === id) connection._socket.destroy();
    }
    throw new Error('dropped');
  }
}

function hangUp(): void {
  // Nobody is there any more to be answered.
}

function failure({ code, answer }: { code: number; answer: string }): Error {
  return Object.assign(new Error(answer), { responseCode: code });
}

async function textOf(stream: AsyncIterable<Buffer>, atMost: number): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    if (chunks.length >= atMost) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}
