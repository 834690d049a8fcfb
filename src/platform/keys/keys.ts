import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { keyedDigest, keyFor, type Keyring } from './keyring.js';

const ivLength = 12;
const tagLength = 16;
const headerLength = 4;

export interface Digest {
  digest: Buffer;
  keyNumber: number;
}

/** What is digested, each under a key of its own. */
export type DigestPurpose =
  | 'secret'
  | 'token'
  | 'invitation'
  | 'password reset'
  | 'recovery code'
  | 'audit head'
  | 'typed address'
  | 'device'
  | 'calendar feed'
  | 'sign-in token';

/** Keyed hashing and sealing with the service's own keys. Nothing of a key ever leaves here. */
export class Keys {
  private readonly derived = new Map<string, Buffer>();

  constructor(
    readonly hash: Keyring,
    readonly session: Keyring,
    readonly encryption: Keyring,
  ) {}

  /** The digest under the current hash key (S7). */
  digest(purpose: DigestPurpose, text: string): Digest {
    const { number } = this.hash.current;
    return { digest: this.digestBy(purpose, number, text), keyNumber: number };
  }

  /** The digests under every configured hash key: how something stored earlier is looked up. */
  digests(purpose: DigestPurpose, text: string): Buffer[] {
    return this.hash.all.map(({ number }) => this.digestBy(purpose, number, text));
  }

  /** The digest of a new session's identifier. */
  sessionDigest(token: string): Buffer {
    return this.sessionDigests(token)[0]!;
  }

  /** The digests of a session's identifier under every session key, the current one first. */
  sessionDigests(token: string): Buffer[] {
    return this.session.all.map((key) => keyedDigest(this.derive('session', key), token));
  }

  /** The secrets behind the form tokens of one session or visitor; new ones are made with the first. */
  formSecrets(owner: string): string[] {
    return this.session.all.map((key) =>
      keyedDigest(this.derive('form', key), owner).toString('base64url'),
    );
  }

  /**
   * Authenticated encryption, AES-256-GCM: key number (4 bytes), nonce, tag, ciphertext.
   * @param context what it belongs to (table and row); opening elsewhere fails
   */
  seal(context: string, plain: string): Buffer {
    const { number } = this.encryption.current;
    const header = Buffer.alloc(headerLength);
    header.writeUInt32BE(number);
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv('aes-256-gcm', this.sealingKey(number), iv);
    cipher.setAAD(Buffer.from(context));
    const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
    return Buffer.concat([header, iv, cipher.getAuthTag(), text]);
  }

  /** Whether this process has the key that sealed these bytes. */
  hasKeyOf(sealed: Buffer): boolean {
    return this.encryption.has(sealed.readUInt32BE());
  }

  /** Whether the operator has given up the key that sealed these bytes. */
  isGivenUp(sealed: Buffer): boolean {
    return this.encryption.isGivenUp(sealed.readUInt32BE());
  }

  /** @throws Error when the key is missing, or the bytes or the context were changed */
  open(context: string, sealed: Buffer): string {
    const iv = sealed.subarray(headerLength, headerLength + ivLength);
    const tag = sealed.subarray(headerLength + ivLength, headerLength + ivLength + tagLength);
    const decipher = createDecipheriv('aes-256-gcm', this.sealingKey(sealed.readUInt32BE()), iv, {
      authTagLength: tagLength,
    });
    decipher.setAAD(Buffer.from(context));
    decipher.setAuthTag(tag);
    const text = sealed.subarray(headerLength + ivLength + tagLength);
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  }

  private digestBy(purpose: DigestPurpose, number: number, text: string): Buffer {
    return keyedDigest(this.derive(purpose, this.hash.numbered(number)), text);
  }

  private sealingKey(number: number): Buffer {
    return this.derive('seal', this.encryption.numbered(number));
  }

  private derive(purpose: string, { number, key }: { number: number; key: Buffer }): Buffer {
    const name = `${purpose} ${number}`;
    const known = this.derived.get(name) ?? keyFor(purpose, key);
    this.derived.set(name, known);
    return known;
  }
}
