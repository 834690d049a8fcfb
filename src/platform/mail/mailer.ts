/** One person: the only kind of recipient and sender there is. */
export interface MailAddress {
  name: string;
  address: string;
}

/** A message for one person, ready to be handed over. */
export interface Envelope {
  /** RFC 5322 msg-id with its angle brackets; the same at every attempt. */
  messageId: string;
  to: MailAddress;
  subject: string;
  text: string;
  html: string;
  /** Further header lines; a key may come several times. */
  headers?: { key: string; value: string }[];
  /** Message-ID of the thread that it belongs to. */
  references?: string;
  /** When it was written; the present when absent. */
  date?: Date;
}

/** Where mails leave the service. */
export abstract class Mailer {
  /** For the log and the operator; without a password. */
  abstract readonly description: string;

  /** So many messages can be on the way at a time. */
  readonly width: number = 5;

  /**
   * Hands one message over.
   * @returns what the mail server said when it took the message
   * @throws MailRefused when it did not
   */
  abstract send(envelope: Envelope): Promise<{ answer: string }>;

  /**
   * Goes to where mails leave, without one.
   * @throws MailRefused that says why none could leave
   */
  check(): Promise<void> {
    return Promise.resolve();
  }

  abstract close(): Promise<void>;
}

/** A message that was not taken over. Expected: who sends writes it down and goes on. */
export class MailRefused extends Error {
  /** What the server said, or what went wrong on the way to it; one line. */
  readonly answer: string;
  /** Trying again with this message would be answered the same (SMTP 5xx). */
  readonly permanent: boolean;
  /** Not about this message: the way to the server is broken, or it refuses us as a sender. */
  readonly forEverybody: boolean;
  /** The connection was lost at a point where the server may have taken the message already. */
  readonly mayHaveArrived: boolean;

  constructor(
    facts: Pick<MailRefused, 'answer' | 'permanent' | 'forEverybody' | 'mayHaveArrived'>,
  ) {
    super(facts.answer);
    this.answer = facts.answer;
    this.permanent = facts.permanent;
    this.forEverybody = facts.forEverybody;
    this.mayHaveArrived = facts.mayHaveArrived;
  }
}
