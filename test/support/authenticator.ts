import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** What a test may get wrong on purpose. */
export interface Twist {
  origin?: string;
  rpId?: string;
  challenge?: string;
  /** Without a PIN, fingerprint or face. */
  unverified?: boolean;
  /** The counter that is signed, in place of the next one. */
  counter?: number;
  type?: string;
  userHandle?: string;
  /** Whose key signs. */
  signedBy?: Authenticator;
  format?: string;
}

/** The members of the options that an authenticator looks at. */
export interface Asked {
  challenge: string;
  user?: { id: string };
}

/**
 * An authenticator in software: one passkey on P-256, written down from Web Authentication Level 3
 * (sections 5.8.1, 6.1, 6.5) and RFC 8949, so that the tests do not judge the library by itself.
 */
export class Authenticator {
  readonly id = randomBytes(24);
  counter = 0;
  private userHandle?: string;
  private readonly keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });

  constructor(private readonly origin = 'http://localhost:3000') {}

  /** The answer to a creation, in the JSON form of browsers. */
  make({ challenge, user }: Asked, twist: Twist = {}): string {
    this.userHandle = user?.id;
    const attested = Buffer.concat([
      Buffer.alloc(16),
      Buffer.from([0, this.id.length]),
      this.id,
      this.publicKey(),
    ]);
    const authData = this.authenticatorData(twist, 0x40, attested);
    const attestationObject = map([
      [text('fmt'), text(twist.format ?? 'none')],
      [text('attStmt'), map(twist.format ? [[text('x5c'), Buffer.from([0x80])]] : [])],
      [text('authData'), bytes(authData)],
    ]);
    return this.answer({
      clientDataJSON: this.clientData('webauthn.create', challenge, twist).toString('base64url'),
      attestationObject: attestationObject.toString('base64url'),
      transports: ['internal', 'nonsense'],
    });
  }

  /** The answer to a question for a passkey. */
  prove({ challenge }: Asked, twist: Twist = {}): string {
    this.counter += 1;
    const authData = this.authenticatorData(twist, 0);
    const client = this.clientData('webauthn.get', challenge, twist);
    const signed = Buffer.concat([authData, createHash('sha256').update(client).digest()]);
    return this.answer({
      clientDataJSON: client.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: sign('sha256', signed, (twist.signedBy ?? this).key()).toString('base64url'),
      userHandle: twist.userHandle ?? this.userHandle,
    });
  }

  key(): KeyObject {
    return this.keys.privateKey;
  }

  private answer(response: object): string {
    const id = this.id.toString('base64url');
    return JSON.stringify({
      id,
      rawId: id,
      type: 'public-key',
      response,
      clientExtensionResults: {},
    });
  }

  private clientData(type: string, challenge: string, twist: Twist): Buffer {
    return Buffer.from(
      JSON.stringify({
        type: twist.type ?? type,
        challenge: twist.challenge ?? challenge,
        origin: twist.origin ?? this.origin,
        crossOrigin: false,
      }),
    );
  }

  private authenticatorData(twist: Twist, flags: number, rest = Buffer.alloc(0)): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(twist.counter ?? this.counter);
    const rpId = twist.rpId ?? new URL(this.origin).hostname;
    return Buffer.concat([
      createHash('sha256').update(rpId).digest(),
      // Somebody was there (1), and proved who it is (4).
      Buffer.from([flags | 0x01 | (twist.unverified ? 0 : 0x04)]),
      counter,
      rest,
    ]);
  }

  /** COSE_Key: EC2, ES256, P-256, x, y (RFC 9053 section 7.1.1). */
  private publicKey(): Buffer {
    const { x, y } = this.keys.publicKey.export({ format: 'jwk' });
    const coordinate = (value: string) => bytes(Buffer.from(value, 'base64url'));
    return map([
      [Buffer.from([0x01]), Buffer.from([0x02])],
      [Buffer.from([0x03]), Buffer.from([0x26])],
      [Buffer.from([0x20]), Buffer.from([0x01])],
      [Buffer.from([0x21]), coordinate(x!)],
      [Buffer.from([0x22]), coordinate(y!)],
    ]);
  }
}

/** CBOR, as much of it as is needed: lengths below 65,536. */
function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  return Buffer.from([(major << 5) | 25, length >> 8, length & 0xff]);
}

function bytes(value: Buffer): Buffer {
  return Buffer.concat([head(2, value.length), value]);
}

function text(value: string): Buffer {
  return Buffer.concat([head(3, value.length), Buffer.from(value)]);
}

function map(entries: [Buffer, Buffer][]): Buffer {
  return Buffer.concat([head(5, entries.length), ...entries.flat()]);
}
