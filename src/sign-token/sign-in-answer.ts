import { withParameters, withToken } from './sign-in-token.js';
import type { LoginRequest } from './sign-token.entity.js';

type Asked = Pick<LoginRequest, 'kind' | 'redirectUrl' | 'state'>;

/** Where the browser goes with what the application collects. @param issuer beside a code (RFC 9207) */
export function approvedAt({ kind, redirectUrl, state }: Asked, result: string, issuer: string) {
  return kind === 'token'
    ? withToken(redirectUrl, result)
    : withParameters(redirectUrl, { code: result, state, iss: issuer });
}

/** Where it goes when the person declines, if anywhere. */
export function declinedAt(
  { kind, redirectUrl, state, fallbackUri }: Asked & { fallbackUri: string | null },
  issuer: string,
): string | null {
  return kind === 'token'
    ? fallbackUri
    : withParameters(redirectUrl, { error: 'access_denied', state, iss: issuer });
}
