import { Refusal } from '../platform/refusals.js';

/** The error codes of RFC 6749 section 5.2 and RFC 8707 section 2. */
export type OAuthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target';

/** An expected refusal of a machine route; its text never says why a secret is not good (T4). */
export class OAuthRefusal extends Refusal {
  constructor(code: OAuthError, description: string) {
    super(code === 'invalid_client' ? 401 : 400, code, description);
  }
}

/** Alike for wrong, unknown, deleted, expired, switched off and disabled (T4). */
export function notGood(): OAuthRefusal {
  return new OAuthRefusal('invalid_client', 'client authentication failed');
}
