import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
} from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { SigningKey } from './oauth.entity.js';

interface LoadedKey {
  kid: string;
  signsFrom: Date;
  privateKey: KeyObject;
  publicKey: KeyObject;
  publicJwk: JsonWebKey;
}

/** The longest life of a token, and twice it: how long the next key is published before it signs. */
export const longestToken = 3_600_000;
const publishedBefore = 2 * longestToken;
const signsFor = 30 * 86_400_000;
const reloadEvery = 60_000;

/**
 * The keys that sign access tokens (T7). They live in the database, sealed; every instance reads the
 * same ones. A new key is published two hours before it signs, and instances look for new ones every
 * minute, so none signs with a key that another does not publish. An old one stays published until
 * its last token has ended.
 */
@Injectable()
export class SigningKeys implements OnApplicationBootstrap {
  private readonly log = new Logger('SigningKeys');
  private keys: LoadedKey[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly keyring: Keys,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.rotateWhenDue();
  }

  /** The key that signs now. @throws Error before the keys are loaded */
  current(): LoadedKey {
    const now = this.clock.now();
    const signing = this.keys.filter(({ signsFrom }) => signsFrom <= now).at(-1);
    if (!signing) throw new Error('no signing key is loaded');
    return signing;
  }

  byId(kid: string): LoadedKey | undefined {
    return this.published().find((key) => key.kid === kid);
  }

  /** The next key, the current one, and those whose tokens may still live; oldest first. */
  published(): LoadedKey[] {
    const oldest = this.clock.now().getTime() - longestToken;
    return this.keys.filter((_, index) => {
      const next = this.keys[index + 1];
      return !next || next.signsFrom.getTime() > oldest;
    });
  }

  /** The public halves (RFC 7517). */
  jwks(): { keys: JsonWebKey[] } {
    return { keys: this.published().map(({ publicJwk }) => publicJwk) };
  }

  /** Reads the keys anew, and makes the next one in good time. Several instances agree by a lock. */
  @Interval(reloadEvery)
  async rotateWhenDue(): Promise<void> {
    try {
      await inTransaction(this.dataSource, async (tx) => {
        await tx.query(`select pg_advisory_xact_lock(hashtextextended('keyturn signing keys', 0))`);
        const newest = (await stored(tx)).at(-1);
        const now = this.clock.now();
        if (!newest) await this.make(tx, now);
        else if (newest.signsFrom.getTime() + signsFor - publishedBefore <= now.getTime()) {
          await this.make(tx, new Date(now.getTime() + publishedBefore));
        }
        this.keys = (await stored(tx)).map((key) => this.load(key));
      });
    } catch (error) {
      if (this.keys.length === 0) throw error;
      // The loaded ones go on; the next minute tries again.
      this.log.warn(`The signing keys could not be read: ${(error as Error).name}`);
    }
  }

  private async make(tx: Tx, signsFrom: Date): Promise<void> {
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
  }

  private load({ kid, sealedKey, publicJwk, signsFrom }: SigningKey): LoadedKey {
    const known = this.keys.find((key) => key.kid === kid);
    if (known) return known;
    return {
      kid,
      signsFrom,
      publicJwk,
      privateKey: createPrivateKey(this.keyring.open(`signing_keys ${kid}`, sealedKey)),
      publicKey: createPublicKey({ key: publicJwk, format: 'jwk' }),
    };
  }
}

function stored(tx: Tx): Promise<SigningKey[]> {
  return tx.find(SigningKey, { order: { signsFrom: 'ASC' } });
}
