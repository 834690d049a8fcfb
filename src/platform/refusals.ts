import { speaking, t, type Words, wordsOf } from './language/speaking.js';

/**
 * Expected refusals: a request that cannot be done, with a public text for the person and a status
 * for the machine. `reason` is for the log alone. Everything that is not a Refusal is a bug.
 */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    private readonly words: Words,
    readonly reason = inEnglish(words),
  ) {
    super(reason);
  }

  /** In the language that is spoken where it is read. */
  get publicText(): string {
    return wordsOf(this.words);
  }
}

/** Absent, or not for these eyes: both look alike (R8). */
export class NotFound extends Refusal {
  constructor(reason?: string) {
    super(404, 'not_found', () => t`There is nothing here, or it is not yours to see.`, reason);
  }
}

/** Seen, but not allowed (R8). */
export class Forbidden extends Refusal {
  constructor(publicText: Words) {
    super(403, 'forbidden', publicText);
  }
}

/** Input that breaks a rule. `fields` maps a field's name to a sentence for that field. */
export class Invalid extends Refusal {
  private readonly sentences: () => Sentences;

  /** @param sentences may be a function, where they are found anew in the language of the reader */
  constructor(sentences: Sentences | (() => Sentences)) {
    const find = typeof sentences === 'function' ? sentences : () => sentences;
    const names = Object.keys(find()).join(', ');
    super(422, 'invalid', () => t`Please check the marked fields.`, names);
    this.sentences = find;
  }

  get fields(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.sentences()).map(([field, words]) => [field, wordsOf(words)]),
    );
  }
}

type Sentences = Record<string, Words>;

/**
 * Judges all fields of an input at once: what is wrong with each, or nothing.
 * @throws Invalid with all problems
 */
export function refuse(problems: Record<string, Words | undefined>): void {
  const found = Object.entries(problems).filter((each): each is [string, Words] => !!each[1]);
  if (found.length > 0) throw new Invalid(Object.fromEntries(found));
}

/** The state of things does not allow it now. */
export class Conflict extends Refusal {
  constructor(publicText: Words) {
    super(409, 'conflict', publicText);
  }
}

export class TooMany extends Refusal {
  /** @param retryAfter seconds until another try is judged */
  constructor(
    readonly retryAfter: number,
    publicText: Words,
    code = 'too_many',
  ) {
    super(429, code, publicText);
  }
}

/** So many wrong codes that none is judged any more, until IT has looked at who it is. */
export class FactorOff extends Refusal {
  constructor() {
    super(
      403,
      'factor_off',
      () =>
        t`Too many wrong codes were typed for this account, so no code is taken any more. Write to support: IT checks who you are and resets your authenticator app.`,
    );
  }
}

/** No session, or not far enough signed in. `goTo` is the page that comes next. */
export class SignInNeeded extends Refusal {
  constructor(readonly goTo: string) {
    super(401, 'sign_in_needed', () => t`Please sign in.`);
  }
}

/** What a person is asked to prove a second factor for. */
export interface StepUp {
  purpose: 'step_up' | 'unlock';
  /** What the request does: "create a secret"; absent where only a locked session stops it. */
  what?: Words;
  /** For an account with a passkey: where the browser gets what it asks one with. */
  passkeyFrom?: string;
  /** The password is asked for as well. */
  withPassword?: boolean;
}

interface StepUpProblems {
  stepUpPassword?: string;
  stepUpCode?: string;
  stepUpPasskey?: string;
}

/** A second factor has to be proved before this request is done (R9, R10). */
export class StepUpNeeded extends Refusal {
  constructor(
    readonly asked: StepUp,
    /** What was wrong with a first try, by field. */
    readonly problems: () => StepUpProblems = () => ({}),
    /** Seconds until another try is judged, after too many wrong ones. */
    readonly retryAfter?: number,
  ) {
    super(retryAfter === undefined ? 403 : 429, 'step_up_needed', () => {
      const { stepUpPassword, stepUpCode, stepUpPasskey } = problems();
      return stepUpPassword ?? stepUpCode ?? stepUpPasskey ?? t`Please confirm with a code.`;
    });
  }
}

/** Another request of the same browser got a new identifier for the session; this one came late. */
export class Overtaken extends Conflict {
  constructor() {
    super(
      () =>
        t`Another request of yours came first, so this one was not done; perhaps it was sent twice. If it made a secret and you have not seen the value, delete that secret and create another.`,
    );
  }
}

/** A form without a valid token: too old, from another sign-in, or not ours at all. */
export class StaleForm extends Refusal {
  constructor(readonly mayBeSentAgain: boolean) {
    super(403, 'stale_form', () => t`This page was open too long, or was not opened here.`);
  }
}

/** The log is in English whoever reads the page. */
function inEnglish(words: Words): string {
  return speaking('en', () => wordsOf(words));
}
