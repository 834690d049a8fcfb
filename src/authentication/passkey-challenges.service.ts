import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Tx, violated } from '../platform/database/tx.js';
import { SignInNeeded } from '../platform/refusals.js';
import type { Session } from './authentication.entity.js';
import { PasskeyChallenge, type PasskeyPurpose } from './passkey.entity.js';

/** Milliseconds; also what the browser is told to wait for the person. */
export const challengeLife = 5 * 60_000;

/** Challenges are made here, belong to one session and one purpose, and are judged once. */
@Injectable()
export class PasskeyChallenges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** A new one in the place of an earlier one: a session never has more than one for each purpose. */
  async make(session: Session, purpose: PasskeyPurpose, userHandle?: Buffer): Promise<Buffer> {
    const challenge = randomBytes(32);
    const expiresAt = new Date(this.clock.now().getTime() + challengeLife);
    try {
      await this.dataSource.query(
        `insert into passkey_challenges (session_id, purpose, challenge, user_handle, expires_at)
         values ($1, $2, $3, $4, $5) on conflict (session_id, purpose) do update
         set challenge = excluded.challenge, user_handle = excluded.user_handle,
           expires_at = excluded.expires_at`,
        [session.id, purpose, challenge, userHandle ?? null, expiresAt],
      );
    } catch (error) {
      if (violated(error, 'passkey_challenges_session_fkey')) throw new SignInNeeded('/sign-in');
      throw error;
    }
    return challenge;
  }

  /**
   * Takes the session's challenge away; of parallel requests with the same answer the first gets it.
   * @returns undefined when there is none, or its time is over
   * @throws SignInNeeded when another request has moved the session on or ended it
   */
  async take(
    tx: Tx,
    { id, tokenDigest }: Session,
    purpose: PasskeyPurpose,
  ): Promise<PasskeyChallenge | undefined> {
    // The session before what belongs to it, as where sessions are ended: no two wait in a circle.
    const [held] = await tx.query<unknown[]>(
      `select 1 from sessions where id = $1 and token_digest = $2 for update`,
      [id, tokenDigest],
    );
    if (!held) throw new SignInNeeded('/sign-in');
    const waiting = await tx.findOneBy(PasskeyChallenge, { sessionId: id, purpose });
    await tx.delete(PasskeyChallenge, { sessionId: id, purpose });
    return waiting && waiting.expiresAt > this.clock.now() ? waiting : undefined;
  }

  /** After a wrong answer, whose own transaction is undone. */
  async forget(tx: Tx, { id }: Session): Promise<void> {
    await tx.delete(PasskeyChallenge, { sessionId: id });
  }
}
