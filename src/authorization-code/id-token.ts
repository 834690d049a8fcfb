import type { KeyObject } from 'node:crypto';
import { signedJwt } from '../oauth/access-token.js';

/** OpenID Connect Core section 2. Times in seconds since 1970. */
export interface IdClaims {
  iss: string;
  sub: string;
  /** The client ID. */
  aud: string;
  exp: number;
  iat: number;
  auth_time: number;
  nonce?: string;
}

/** Of another type than an access token, so that neither is taken for the other. */
export function signIdToken(claims: IdClaims, kid: string, key: KeyObject): string {
  return signedJwt({ alg: 'ES256', typ: 'JWT', kid }, claims, key);
}
