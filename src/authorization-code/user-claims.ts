import { type Identity, identityOf, type UserFacts } from '../sign-token/identity.js';

export type UserClaims = Pick<Identity, 'sub'> & Partial<Identity>;

/** What the scopes of a token open (OpenID Connect Core 5.4). */
export function userClaims(user: UserFacts, scope: string): UserClaims {
  const { sub, name, given_name, family_name, email, email_verified } = identityOf(user);
  const scopes = scope.split(' ');
  return {
    sub,
    ...(scopes.includes('profile') && { name, given_name, family_name }),
    ...(scopes.includes('email') && { email, email_verified }),
  };
}
