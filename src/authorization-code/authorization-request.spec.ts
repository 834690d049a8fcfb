import { expect, test } from '@jest/globals';
import { judge, problemOfSession, stateIn } from './authorization-request.js';
import { isVerifierOf } from './pkce.js';

const good = {
  response_type: 'code',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
  scope: 'openid email magic',
  state: 'a b',
};
const errorOf = (more: Record<string, unknown>) => {
  const judged = judge({ ...good, ...more });
  return 'error' in judged ? judged.error : undefined;
};

test('a request is read without what is not known, and empty parameters are none', () => {
  expect(judge({ ...good, nonce: '', prompt: 'consent', max_age: '60', display: 'page' })).toEqual({
    ...{ scope: 'openid email', state: 'a b', nonce: null, codeChallenge: good.code_challenge },
    ...{ silent: false, anew: null, maxAge: 60 },
  });
});

test.each<[string, Record<string, unknown>, string]>([
  ['a repeated parameter', { scope: ['openid', 'email'] }, 'invalid_request'],
  ['no type', { response_type: '' }, 'invalid_request'],
  ['an implicit type', { response_type: 'token' }, 'unsupported_response_type'],
  ['a hybrid type', { response_type: 'code id_token' }, 'unsupported_response_type'],
  ['a fragment as answer', { response_mode: 'fragment' }, 'invalid_request'],
  ['no challenge', { code_challenge: '' }, 'invalid_request'],
  ['a short challenge', { code_challenge: 'x'.repeat(42) }, 'invalid_request'],
  ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge of no method, which is plain', { code_challenge_method: '' }, 'invalid_request'],
  ['no OpenID', { scope: 'email' }, 'invalid_scope'],
  ['no scope', { scope: '' }, 'invalid_scope'],
  ['a long state', { state: 'x'.repeat(513) }, 'invalid_request'],
  ['a line break in the nonce', { nonce: 'a\nb' }, 'invalid_request'],
  ['an age that is none', { max_age: '-1' }, 'invalid_request'],
  ['an unknown prompt', { prompt: 'magic' }, 'invalid_request'],
  ['silence and more', { prompt: 'none login' }, 'invalid_request'],
  ['an object', { request: 'x' }, 'request_not_supported'],
  ['an address of an object', { request_uri: 'https://x' }, 'request_uri_not_supported'],
])('%s is refused', (_, more, error) => {
  expect([errorOf({}), errorOf(more)]).toEqual([undefined, error]);
});

test('a state goes back only as it can have been meant', () => {
  expect([good, {}, { state: ['a', 'b'] }, { state: 'a\r\nb' }].map(stateIn)).toEqual([
    ...['a b', null, null, null],
  ]);
});

const now = new Date('2026-12-01T09:00:00Z');
test.each([
  ['', undefined, undefined],
  ['none', undefined, 'login_required'],
  ['none', 60, 'consent_required'],
  ['login', undefined, undefined],
  ['login', 0, 'login_required'],
  ['select_account', 0, 'account_selection_required'],
  ['consent', 60, undefined],
  ['consent', 61, 'login_required'],
])('prompt %s by somebody signed in for %s seconds', (prompt, seconds, error) => {
  const judged = judge({ ...good, prompt, max_age: '60' });
  if ('error' in judged) throw new Error(judged.description);
  const since = seconds === undefined ? undefined : new Date(now.getTime() - seconds * 1000);
  expect(problemOfSession(judged, since, now)?.error).toBe(error);
});

test('a verifier belongs to its challenge (RFC 7636, appendix B)', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const others = [good.code_challenge, '', `${verifier}=`, verifier.slice(1), `${verifier}\n`];
  const found = [verifier, ...others].map((each) => isVerifierOf(good.code_challenge, each));
  expect(found).toEqual([true, false, false, false, false, false]);
});
