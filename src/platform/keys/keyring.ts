import { createHmac, hkdfSync } from 'node:crypto';

/** A key of 32 bytes with the number that is stored beside what it made. */
export interface NumberedKey {
  number: number;
  key: Buffer;
}

/** One kind of key: the current one makes new things, the older ones still verify. */
export class Keyring {
  /**
   * @param keys at least one; the first is the current one
   * @param lost numbers of keys that the operator has given up, with all that needs them
   */
  constructor(
    private readonly keys: readonly [NumberedKey, ...NumberedKey[]],
    private readonly lost: readonly number[] = [],
  ) {}

  get current(): NumberedKey {
    return this.keys[0];
  }

  get all(): readonly NumberedKey[] {
    return this.keys;
  }

  has(number: number): boolean {
    return this.keys.some((key) => key.number === number);
  }

  isGivenUp(number: number): boolean {
    return this.lost.includes(number);
  }

  /** @throws Error when no key of that number is configured */
  numbered(number: number): NumberedKey {
    const found = this.keys.find((key) => key.number === number);
    if (!found) throw new Error(`key number ${number} is not configured`);
    return found;
  }
}

/**
 * A key for one purpose, so that a digest made for one thing is never valid for another
 * (HKDF, RFC 5869).
 */
export function keyFor(purpose: string, key: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), `keyturn ${purpose}`, 32));
}

/** HMAC-SHA-256 of the whole text. */
export function keyedDigest(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
