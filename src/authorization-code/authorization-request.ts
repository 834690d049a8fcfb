import { isChallenge } from './pkce.js';

/** What is understood; others are left out without a word (OpenID Connect Core 3.1.2.1). */
export const codeScopes = ['openid', 'profile', 'email', 'offline_access'];

/** What an application asks for when it sends a browser here. */
export interface AuthorizationRequest {
  scope: string;
  state: string | null;
  nonce: string | null;
  codeChallenge: string;
  /** Nothing may be shown. */
  silent: boolean;
  /** Whoever is signed in already is asked again, or chooses anew. */
  anew: 'login' | 'select_account' | null;
  /** Seconds since the sign-in, at most. */
  maxAge: number | null;
}

/** The error codes of RFC 6749 section 4.1.2.1 and OpenID Connect Core 3.1.2.6. */
export interface AuthorizationError {
  error:
    | 'invalid_request'
    | 'unsupported_response_type'
    | 'invalid_scope'
    | 'login_required'
    | 'account_selection_required'
    | 'consent_required'
    | 'request_not_supported'
    | 'request_uri_not_supported';
  description: string;
}

type Parameters = Readonly<Record<string, unknown>>;

const printable = /^[\x20-\x7e]{1,512}$/;

/** The state that goes back with any answer, when it can. */
export function stateIn({ state }: Parameters): string | null {
  return typeof state === 'string' && printable.test(state) ? state : null;
}

/** The request, or what is wrong with it; the client and its address are judged before. */
export function judge(parameters: Parameters): AuthorizationRequest | AuthorizationError {
  const all = Object.entries(parameters).filter(([, value]) => value !== '');
  if (all.some(([, value]) => typeof value !== 'string')) return wrong('a parameter is repeated');
  const has = new Map(all as [string, string][]);
  return firstProblem(has) ?? read(has);
}

function firstProblem(has: ReadonlyMap<string, string>): AuthorizationError | undefined {
  const problem = (error: AuthorizationError['error'], description: string) => ({
    error,
    description,
  });
  if (has.has('request')) return problem('request_not_supported', 'send plain parameters');
  if (has.has('request_uri')) return problem('request_uri_not_supported', 'send plain parameters');
  const type = has.get('response_type');
  if (type === undefined) return wrong('response_type is missing');
  if (type !== 'code') return problem('unsupported_response_type', 'use response_type=code');
  if ((has.get('response_mode') ?? 'query') !== 'query') return wrong('use response_mode=query');
  if (!isChallenge(has.get('code_challenge') ?? '')) return wrong('code_challenge is missing');
  if (has.get('code_challenge_method') !== 'S256') return wrong('use code_challenge_method=S256');
  if (!scopesIn(has).includes('openid')) return problem('invalid_scope', 'ask for scope=openid');
  for (const name of ['state', 'nonce']) {
    if (has.has(name) && !printable.test(has.get(name)!)) {
      return wrong(`${name} is too long or has signs that it cannot have`);
    }
  }
  if (has.has('max_age') && !/^\d{1,9}$/.test(has.get('max_age')!)) {
    return wrong('max_age is not a number of seconds');
  }
  return problemOfPrompts(promptsIn(has));
}

const knownPrompts = ['none', 'login', 'consent', 'select_account'];

function problemOfPrompts(prompts: readonly string[]): AuthorizationError | undefined {
  if (prompts.some((prompt) => !knownPrompts.includes(prompt))) return wrong('prompt is unknown');
  return prompts.includes('none') && prompts.length > 1
    ? wrong('prompt=none stands alone')
    : undefined;
}

function read(has: ReadonlyMap<string, string>): AuthorizationRequest {
  const prompts = promptsIn(has);
  const maxAge = has.get('max_age');
  return {
    scope: codeScopes.filter((scope) => scopesIn(has).includes(scope)).join(' '),
    state: has.get('state') ?? null,
    nonce: has.get('nonce') ?? null,
    codeChallenge: has.get('code_challenge')!,
    silent: prompts.includes('none'),
    anew: (['login', 'select_account'] as const).find((each) => prompts.includes(each)) ?? null,
    maxAge: maxAge === undefined ? null : Number(maxAge),
  };
}

/** Consent is always asked for, so nothing is answered silently; nobody signs in a second time. */
export function problemOfSession(
  { silent, anew, maxAge }: AuthorizationRequest,
  signedInAt: Date | undefined,
  now: Date,
): AuthorizationError | undefined {
  if (!signedInAt) {
    return silent ? { error: 'login_required', description: 'nobody is signed in' } : undefined;
  }
  if (anew === 'select_account') {
    return { error: 'account_selection_required', description: 'sign out first' };
  }
  const tooOld = maxAge !== null && now.getTime() - signedInAt.getTime() > maxAge * 1000;
  if (tooOld || anew === 'login') return { error: 'login_required', description: 'sign out first' };
  return silent ? { error: 'consent_required', description: 'consent is asked for' } : undefined;
}

const words = (text = '') => text.split(' ').filter(Boolean);
const scopesIn = (has: ReadonlyMap<string, string>) => words(has.get('scope'));
const promptsIn = (has: ReadonlyMap<string, string>) => words(has.get('prompt'));

function wrong(description: string): AuthorizationError {
  return { error: 'invalid_request', description };
}
