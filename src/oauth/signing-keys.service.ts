import { Injectable, Logger } from '@nestjs/common';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit, theService } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { SigningKey } from './oauth.entity.js';
import {
  type KeyState,
  keyStates,
  nextIsDue,
  publishedBefore,
  type PublicJwk,
  type Turn,
} from './signing-key.js';

interface LoadedKey extends Turn {
  publicKey: KeyObject;
  publicJwk: PublicJwk;
  /** Absent where this instance does not have the encryption key that sealed it. */
  privateKey?: KeyObject;
}

/** Keys that were read longer ago are read anew before they are used. */
const staleAfter = 600_000;

/**
 * The keys that sign access tokens (T7). They live in the database, sealed; every instance reads the
 * same ones. A new key is published two hours before it signs, and no instance answers from what it
 * read more than ten minutes ago, so none signs with a key that another does not publish.
 */
@Injectable()
export class SigningKeys {
  private readonly log = new Logger('SigningKeys');
  private keys: LoadedKey[] = [];
  private readAt = 0;
  private reading?: Promise<void>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keys,
    private readonly clock: Clock,
    private readonly audit: Audit,
  ) {}

  /** The key that signs now. @throws Error without a key that this instance can open */
  async current(): Promise<{ kid: string; privateKey: KeyObject }> {
    await this.fresh();
    const now = this.clock.now();
    const key = this.keys.findLast(({ signsFrom }) => signsFrom <= now);
    if (!key?.privateKey) throw new Error(`signing key ${key?.kid ?? ''} cannot be opened`);
    return { kid: key.kid, privateKey: key.privateKey };
  }

  /** A public key that is published now. */
  async publicKey(kid: string): Promise<KeyObject | undefined> {
    return (await this.published()).find((key) => key.kid === kid)?.publicKey;
  }

  /** The public halves (RFC 7517): the next key, the current one, and those whose tokens may live. */
  async jwks(): Promise<{ keys: PublicJwk[] }> {
    return { keys: (await this.published()).map(({ publicJwk }) => publicJwk) };
  }

  /** Reads the keys, and makes the next one in good time. Calls that come meanwhile share it. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => (this.reading = undefined));
    return this.reading;
  }

  /**
   * Publishes the next key now, ahead of the schedule.
   * @returns the next key; `made` is false when one was waiting already
   */
  async rotate(actor: Actor): Promise<Turn & { made: boolean }> {
    return this.locked(async (tx) => {
      const now = this.clock.now();
      const newest = await this.newest(tx);
      if (newest && newest.signsFrom > now) return { ...newest, made: false };
      const signsFrom = newest ? new Date(now.getTime() + publishedBefore) : now;
      return { ...(await this.make(tx, actor, signsFrom)), made: true };
    });
  }

  /** Every key there ever was, the oldest first. */
  async list(): Promise<(Turn & { state: KeyState })[]> {
    const turns = await stored(this.dataSource.manager);
    return keyStates(turns, this.clock.now()).map(([{ kid, signsFrom }, state]) => ({
      kid,
      signsFrom,
      state,
    }));
  }

  private async published(): Promise<LoadedKey[]> {
    await this.fresh();
    return keyStates(this.keys, this.clock.now())
      .filter(([, state]) => state !== 'ended')
      .map(([key]) => key);
  }

  private async fresh(): Promise<void> {
    const age = this.clock.now().getTime() - this.readAt;
    if (age < 0 || age >= staleAfter) await this.refresh();
  }

  private async read(): Promise<void> {
    await this.locked(async (tx) => {
      const now = this.clock.now();
      const newest = await this.newest(tx);
      if (nextIsDue(newest, now)) {
        const signsFrom = newest ? new Date(now.getTime() + publishedBefore) : now;
        await this.make(tx, theService, signsFrom);
      }
      const living = keyStates(await stored(tx), now).filter(([, state]) => state !== 'ended');
      this.keys = living.map(([key]) => this.load(key));
      this.readAt = now.getTime();
    });
  }

  /** A key that nobody can open any more (docs/keys.md) needs a next one that signs at once. */
  private async newest(tx: Tx): Promise<SigningKey | undefined> {
    const keys = await stored(tx);
    return keys.findLast(({ sealedKey }) => !this.keyring.isGivenUp(sealedKey));
  }

  /** Several instances agree by a lock. */
  private locked<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended('keyturn signing keys', 0))`);
      return work(tx);
    });
  }

  private async make(tx: Tx, actor: Actor, signsFrom: Date): Promise<Turn> {
    const kid = randomUUID();
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await tx.insert(SigningKey, {
      kid,
      sealedKey: this.keyring.seal(`signing_keys ${kid}`, pem),
      publicJwk: { ...publicKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' } as never,
      createdAt: this.clock.now(),
      signsFrom,
    });
    await this.audit.record(tx, actor, {
      action: 'signing_key.publish',
      subject: { kind: 'signing_key', id: kid, name: kid },
      detail: { signsFrom: signsFrom.toISOString() },
    });
    return { kid, signsFrom };
  }

  /** Publishing needs the public half alone, so a key that cannot be opened is published all the same. */
  private load({ kid, sealedKey, publicJwk, signsFrom }: SigningKey): LoadedKey {
    const known = this.keys.find((key) => key.kid === kid);
    if (known?.privateKey) return known;
    const publicKey = createPublicKey({ key: publicJwk, format: 'jwk' });
    const loaded = { kid, signsFrom, publicKey, publicJwk: publicJwk as PublicJwk };
    try {
      const pem = this.keyring.open(`signing_keys ${kid}`, sealedKey);
      return { ...loaded, privateKey: createPrivateKey(pem) };
    } catch (error) {
      this.log.error(`Signing key ${kid} cannot be opened: ${(error as Error).message}`);
      return loaded;
    }
  }
}

function stored(tx: Tx): Promise<SigningKey[]> {
  return tx.find(SigningKey, { order: { signsFrom: 'ASC' } });
}
