import { codeScopes } from '../authorization-code/authorization-request.js';

/** What the metadata says about signing users in (RFC 8414, 9207; OpenID Connect Discovery). */
export function codeMetadata(issuer: string): object {
  return {
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    userinfo_endpoint: `${issuer}/oauth2/userinfo`,
    grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    scopes_supported: codeScopes,
    claims_supported: [
      ...['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'nonce'],
      ...['name', 'given_name', 'family_name', 'email', 'email_verified'],
    ],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    // Without a word, the last of them is taken to be supported.
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
  };
}
