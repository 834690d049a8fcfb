import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/server';
import type { Config } from '../platform/config/config.js';
import type { Passkey } from './passkey.entity.js';
import { challengeLife } from './passkey-challenges.service.js';

export type CreationOptions = PublicKeyCredentialCreationOptionsJSON;
export type RequestOptions = PublicKeyCredentialRequestOptionsJSON;

/** What an authenticator says of a passkey that it made. */
export interface MadePasskey {
  credentialId: Buffer;
  publicKey: Buffer;
  counter: number;
  transports: string[];
}

/** EdDSA, ES256, RS256 (RFC 8152, RFC 8812): what authenticators of today have. */
const algorithms = [-8, -7, -257];
/** Bytes (section 4, "credential ID"). */
const longestCredentialId = 1023;
const knownTransports = ['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb'];

/** Loaded when it is first needed: it brings 25 MB, and many installations have no passkey. */
const library = () => import('@simplewebauthn/server');

/** Who asks, as authenticators know it: by the address that people open, whatever a request says. */
function party({ PUBLIC_URL }: Config) {
  const { hostname, origin } = new URL(PUBLIC_URL);
  return { id: hostname, origin };
}

export async function creationOptions(
  config: Config,
  owner: { email: string; name: string },
  { challenge, userHandle }: { challenge: Buffer; userHandle: Buffer },
  present: Passkey[],
): Promise<CreationOptions> {
  const { generateRegistrationOptions } = await library();
  return generateRegistrationOptions({
    rpName: 'Keyturn',
    rpID: party(config).id,
    userName: owner.email,
    userDisplayName: owner.name,
    userID: new Uint8Array(userHandle),
    challenge: new Uint8Array(challenge),
    attestationType: 'none',
    authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    supportedAlgorithmIDs: algorithms,
    excludeCredentials: present.map(descriptor),
    timeout: challengeLife,
  });
}

export async function requestOptions(
  config: Config,
  challenge: Buffer,
  present: Passkey[],
): Promise<RequestOptions> {
  const { generateAuthenticationOptions } = await library();
  return generateAuthenticationOptions({
    rpID: party(config).id,
    challenge: new Uint8Array(challenge),
    userVerification: 'required',
    allowCredentials: present.map(descriptor),
    timeout: challengeLife,
  });
}

/**
 * Judges the answer to a creation (Web Authentication Level 3, section 7.1).
 * @returns undefined for whatever does not hold
 */
export async function madePasskey(
  config: Config,
  response: RegistrationResponseJSON,
  challenge: Buffer,
): Promise<MadePasskey | undefined> {
  const { verifyRegistrationResponse } = await library();
  const { id, origin } = party(config);
  return orNothing(async () => {
    if (!(await isUnattested(response))) return undefined;
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      supportedAlgorithmIDs: algorithms,
    });
    if (!verified) return undefined;
    const { credential } = registrationInfo;
    const credentialId = Buffer.from(credential.id, 'base64url');
    if (credentialId.length > longestCredentialId) return undefined;
    const transports: unknown = response.response.transports;
    return {
      credentialId,
      publicKey: Buffer.from(credential.publicKey),
      counter: credential.counter,
      transports: Array.isArray(transports)
        ? knownTransports.filter((each) => transports.includes(each))
        : [],
    };
  });
}

/**
 * Judges the answer of a passkey (section 7.2), but for its counter, which the database compares.
 * @returns the counter it was signed with; undefined for whatever does not hold
 */
export async function provedCounter(
  config: Config,
  response: AuthenticationResponseJSON,
  challenge: Buffer,
  passkey: Passkey,
): Promise<number | undefined> {
  const { verifyAuthenticationResponse } = await library();
  const { id, origin } = party(config);
  return orNothing(async () => {
    const { userHandle } = response.response;
    const own = passkey.userHandle.toString('base64url');
    if (userHandle && userHandle !== own) return undefined;
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: challenge.toString('base64url'),
      expectedOrigin: origin,
      expectedRPID: id,
      requireUserVerification: true,
      credential: {
        id: passkey.credentialId.toString('base64url'),
        publicKey: new Uint8Array(passkey.publicKey),
        counter: 0,
      },
    });
    return verified ? authenticationInfo.newCounter : undefined;
  });
}

/**
 * We ask for no attestation, so browsers send none, or the key's signature over itself (section
 * 5.1.3). Nothing else is even looked at: to check it, the library would fetch lists from addresses
 * that stand in the certificate.
 */
async function isUnattested({ response }: RegistrationResponseJSON): Promise<boolean> {
  const { decodeAttestationObject } = await import('@simplewebauthn/server/helpers');
  const object = decodeAttestationObject(
    new Uint8Array(Buffer.from(response.attestationObject, 'base64url')),
  );
  const format = object.get('fmt');
  return format === 'none' || (format === 'packed' && !object.get('attStmt').get('x5c'));
}

/** The library throws at whatever it does not like, also at what it cannot read. */
async function orNothing<T>(judge: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await judge();
  } catch {
    return undefined;
  }
}

function descriptor({ credentialId, transports }: Passkey) {
  return { id: credentialId.toString('base64url'), transports };
}
