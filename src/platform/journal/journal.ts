/** Something that must stay true though the database is put back to an earlier day. */
export interface Fact {
  at: Date;
  /** An action of the audit, or `recovery_code.use`, `mail.send`, `reminder.send`. */
  fact: string;
  id: string | null;
  /** Ids, roles and milestones; never an address, a name or a secret. */
  about?: Record<string, unknown>;
}

/**
 * Ends, kept outside the database, so that a restored backup revives nothing and mails nothing twice
 * (docs/adr/0150). Written before the transaction commits: what cannot be written does not happen.
 */
export abstract class Journal {
  /** Resolved when the facts are on the disk. @throws JournalUnavailable */
  abstract note(facts: readonly Fact[]): Promise<void>;
}

/** Where JOURNAL_DIR is not set. */
export class NoJournal extends Journal {
  note(): Promise<void> {
    return Promise.resolve();
  }
}

/** Has the code of a full disk in PostgreSQL (53100), since it is answered like one: 503, try again. */
export class JournalUnavailable extends Error {
  override name = 'JournalUnavailable';
  readonly code = '53100';
}
