import { Injectable } from '@nestjs/common';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { NotFound, SignInNeeded } from '../platform/refusals.js';
import { type Session, TotpFactor } from './authentication.entity.js';
import { PasskeyRefused, readAnswer } from './passkey-answer.js';
import { PasskeyChallenges } from './passkey-challenges.service.js';
import { Passkey } from './passkey.entity.js';
import { provedCounter, type RequestOptions, requestOptions } from './webauthn.js';

/** Judges passkeys as a second factor. An answer counts once, also under parallel requests (R1). */
@Injectable()
export class Passkeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly challenges: PasskeyChallenges,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  has(userId: string): Promise<boolean> {
    return this.dataSource.getRepository(Passkey).existsBy({ userId });
  }

  /** The passkeys of a user, the oldest first. */
  of(userId: string): Promise<Passkey[]> {
    return this.dataSource
      .getRepository(Passkey)
      .find({ where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /** What the browser asks a passkey of this account with. @throws NotFound where there is none */
  async ask(session: Session, purpose: 'sign-in' | 'step-up'): Promise<RequestOptions> {
    const present = await this.of(session.userId);
    if (present.length === 0) throw new NotFound('no passkey');
    return requestOptions(this.config, await this.challenges.make(session, purpose), present);
  }

  /** @throws PasskeyRefused for `field`; SignInNeeded when the session was moved on meanwhile */
  async use(
    tx: Tx,
    session: Session,
    purpose: 'sign-in' | 'step-up',
    text: string,
    field: string,
  ): Promise<void> {
    const { userId } = session;
    // First what a code takes first as well, so that the two never wait for one another.
    const right = { failedCodes: 0 };
    if (!(await tx.update(TotpFactor, { userId }, right)).affected)
      throw new SignInNeeded('/sign-in');
    const waiting = await this.challenges.take(tx, session, purpose);
    const answer = readAnswer<AuthenticationResponseJSON>(text, field);
    if (!waiting) throw new PasskeyRefused(field, 'late');
    const credentialId = Buffer.from(answer.id, 'base64url');
    const passkey = await tx.findOneBy(Passkey, { userId, credentialId });
    if (!passkey) throw new PasskeyRefused(field, 'unknown');
    const counter = await provedCounter(this.config, answer, waiting.challenge, passkey);
    if (counter === undefined) throw new PasskeyRefused(field, 'unproved');
    // Zero for ever where an authenticator does not count; otherwise more each time (section 6.1.1).
    const used = await tx.query<[unknown, number]>(
      `update passkeys set counter = $2, last_used_at = $3
       where id = $1 and (counter < $2 or (counter = 0 and $2 = 0))`,
      [passkey.id, counter, this.clock.now()],
    );
    if (used[1] !== 1) throw new PasskeyRefused(field, 'counter');
  }
}
