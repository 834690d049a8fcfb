import { Injectable } from '@nestjs/common';
import type { RegistrationResponseJSON } from '@simplewebauthn/server';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource, Not } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Conflict, Invalid, NotFound, SignInNeeded } from '../platform/refusals.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount } from '../users/first-sign-in.js';
import { Session } from './authentication.entity.js';
import { PasskeyRefused, readAnswer } from './passkey-answer.js';
import { PasskeyChallenges } from './passkey-challenges.service.js';
import { Passkey } from './passkey.entity.js';
import { Passkeys } from './passkeys.service.js';
import type { LiveSession } from './sessions.service.js';
import type { Viewer } from './viewer.js';
import { type CreationOptions, creationOptions, madePasskey } from './webauthn.js';

export const passkeysAtMost = 10;
const longestName = 60;
const field = 'newPasskey';

/** One's own passkeys: each is named, told by mail when it comes or goes, and removed by hand (A8). */
@Injectable()
export class OwnPasskeys {
  constructor(
    private readonly dataSource: DataSource,
    private readonly passkeys: Passkeys,
    private readonly challenges: PasskeyChallenges,
    private readonly audit: Audit,
    private readonly notices: AccountNotices,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * What the browser makes a passkey with; the route asks for a second factor.
   * @throws Invalid for `name`, Conflict when there are ten
   */
  async begin({ session, viewer }: LiveSession, name: string): Promise<CreationOptions> {
    const present = await this.passkeys.of(viewer.id);
    if (present.length >= passkeysAtMost) throw new TooManyPasskeys();
    const wanted = nameOf(name).toLowerCase();
    if (present.some((each) => each.name.toLowerCase() === wanted)) throw new NameTaken();
    const userHandle = present[0]?.userHandle ?? randomBytes(32);
    const challenge = await this.challenges.make(session, 'enrolment', userHandle);
    return creationOptions(this.config, viewer, { challenge, userHandle }, present);
  }

  /** @throws PasskeyRefused for `newPasskey`, Invalid for `name`, Conflict when there are ten */
  async add({ session, viewer }: LiveSession, name: string, text: string): Promise<void> {
    const made = await this.judge(session, text);
    const passkey = {
      ...made,
      id: randomUUID(),
      userId: viewer.id,
      counter: String(made.counter),
      name: nameOf(name),
      createdAt: this.clock.now(),
      lastUsedAt: null,
    };
    try {
      await inTransaction(this.dataSource, async (tx) => {
        const held = await holdAccount(tx, viewer.id);
        // Reset, closed or signed out while the answer was judged.
        const lives = held && (await tx.existsBy(Session, { id: session.id }));
        if (!lives) throw new SignInNeeded('/sign-in');
        const count = await tx.countBy(Passkey, { userId: viewer.id });
        if (count >= passkeysAtMost) throw new TooManyPasskeys();
        await tx.insert(Passkey, passkey);
        await this.record(tx, viewer, 'passkey.add', passkey.name);
        await this.notices.tell(tx, viewer, 'passkey added', viewer.address);
      });
    } catch (error) {
      if (violated(error, 'passkeys_credential_key')) throw new PasskeyRefused(field, 'taken');
      if (violated(error, 'passkeys_name_key')) throw new NameTaken();
      throw error;
    }
    this.notices.send();
  }

  /** @throws NotFound */
  async one({ viewer }: LiveSession, id: string): Promise<Passkey> {
    const found = await this.dataSource.getRepository(Passkey).findOneBy({ id, userId: viewer.id });
    if (!found) throw new NotFound('no such passkey');
    return found;
  }

  /** Removes one of one's own; every other session ends, for it may have been opened with it. */
  async remove({ session, viewer }: LiveSession, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await holdAccount(tx, viewer.id);
      await tx.delete(Session, { userId: viewer.id, id: Not(session.id) });
      const passkey = await tx.findOneBy(Passkey, { id, userId: viewer.id });
      if (!passkey) throw new NotFound('no such passkey');
      await tx.delete(Passkey, { id, userId: viewer.id });
      await this.record(tx, viewer, 'passkey.remove', passkey.name, { passkeyId: id });
      await this.notices.tell(tx, viewer, 'passkey removed', viewer.address);
    });
    this.notices.send();
  }

  /** The challenge is used up first, whatever comes of it. */
  private async judge(session: Session, text: string) {
    const waiting = await inTransaction(this.dataSource, (tx) =>
      this.challenges.take(tx, session, 'enrolment'),
    );
    const answer = readAnswer<RegistrationResponseJSON>(text, field);
    if (!waiting?.userHandle) throw new PasskeyRefused(field, 'late');
    const made = await madePasskey(this.config, answer, waiting.challenge);
    if (!made) throw new PasskeyRefused(field, 'unmade');
    return { ...made, userHandle: waiting.userHandle };
  }

  private record(
    tx: Tx,
    viewer: Viewer,
    action: string,
    passkey: string,
    kept?: Record<string, string>,
  ): Promise<void> {
    return this.audit.record(tx, viewer, {
      action,
      subject: { kind: 'user', id: viewer.id, name: viewer.email },
      organisationId: viewer.organisationId,
      detail: { passkey },
      kept,
    });
  }
}

/** @throws Invalid for `name` */
function nameOf(name: string): string {
  const problem = problemOfName(name, longestName);
  if (problem) throw new Invalid({ name: problem });
  return cleanName(name);
}

class NameTaken extends Invalid {
  constructor() {
    super({ name: () => t`You have a passkey with this name already.` });
  }
}

class TooManyPasskeys extends Conflict {
  constructor() {
    super(() => t`Ten passkeys are the most. Remove one that you do not use any more.`);
  }
}
