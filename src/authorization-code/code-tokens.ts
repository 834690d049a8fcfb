import { randomBytes } from 'node:crypto';
import type { Tx } from '../platform/database/tx.js';
import type { Keys } from '../platform/keys/keys.js';
import type { CodeTokenKind } from './authorization-code.entity.js';

/** For reading who has just signed in, and again after each refresh. */
export const accessSeconds = 300;
/** Each refresh gives a new one with as much time again. */
export const refreshSeconds = 30 * 86_400;
/** After a sign-in, however often it is refreshed. */
export const signInDays = 180;

/** 256 random bits after a mark by which scanners find it. */
const marks: Record<CodeTokenKind, string> = { access: 'ktu1_', refresh: 'ktr1_' };
const form = /^kt([ur])1_[\w-]{43}$/;

/** What a token is by its form; `undefined` for what cannot be one of ours. */
export function kindOf(token: string): CodeTokenKind | undefined {
  const mark = form.exec(token)?.[1];
  if (mark === undefined) return undefined;
  return mark === 'u' ? 'access' : 'refresh';
}

export interface CodeTokenWish {
  signInId: string;
  secretId: string;
  scope: string;
  now: Date;
  /** Never after the secret. */
  endsBy: Date;
}

/** @returns the token and how many seconds it lives */
export async function issue(
  tx: Tx,
  keys: Keys,
  kind: CodeTokenKind,
  { signInId, secretId, scope, now, endsBy }: CodeTokenWish,
): Promise<{ token: string; seconds: number }> {
  const token = marks[kind] + randomBytes(32).toString('base64url');
  const most = kind === 'access' ? accessSeconds : refreshSeconds;
  const left = Math.floor((endsBy.getTime() - now.getTime()) / 1000);
  const seconds = Math.min(most, left);
  const { digest, keyNumber } = keys.digest('token', token);
  await tx.query(
    `insert into code_tokens (digest, key_number, sign_in_id, secret_id, kind, scope,
       issued_at, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [
      ...[digest, keyNumber, signInId, secretId, kind, scope, now],
      new Date(now.getTime() + seconds * 1000),
    ],
  );
  return { token, seconds };
}

/** Ends all tokens of a sign-in. */
export async function endSignIn(
  tx: Tx,
  by: { id: string } | { loginRequestId: string },
  now: Date,
): Promise<void> {
  const [column, id] = 'id' in by ? ['id', by.id] : ['login_request_id', by.loginRequestId];
  await tx.query(
    `update code_sign_ins set ended_at = $2 where ${column} = $1 and ended_at is null`,
    [id, now],
  );
}
