import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { notGood, OAuthRefusal } from '../oauth/oauth-refusal.js';
import { needed } from '../oauth/oauth.service.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import {
  type Answered,
  CredentialCheck,
  type Credentials,
} from '../secrets/credential-check.service.js';
import type { Question } from '../secrets/credential-lookup.js';
import { isToken } from '../sign-token/sign-in-token.js';
import { accessSeconds, endSignIn, issue, kindOf, signInDays } from './code-tokens.js';
import { type IdClaims, signIdToken } from './id-token.js';
import { isVerifierOf } from './pkce.js';
import { mayComeBack, secretStands, signInStands } from './standing.js';

export interface CodeAnswer {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  id_token?: string;
  refresh_token?: string;
}

type Parameters = ReadonlyMap<string, string>;

/** An application that has proved itself, at one moment. */
interface Client {
  id: string;
  applicationId: string;
  secretId: string;
  secretEnds: Date;
  now: Date;
}

/**
 * Codes and refresh tokens for what they are good for. Each counts once: of parallel calls one gets an
 * answer, and whatever is shown again ends all that came of it.
 */
@Injectable()
export class CodeExchange {
  constructor(
    private readonly dataSource: DataSource,
    private readonly check: CredentialCheck,
    private readonly signingKeys: SigningKeys,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** RFC 6749 section 4.1.3, RFC 7636. @throws OAuthRefusal */
  async exchange(
    credentials: Credentials,
    address: string,
    parameters: Parameters,
  ): Promise<CodeAnswer> {
    const client = await this.client(credentials, address);
    const code = needed(parameters, 'code');
    const redirectUri = needed(parameters, 'redirect_uri');
    const verifier = needed(parameters, 'code_verifier');
    if (!isToken(code)) throw notGranted();
    // What is refused is committed as well: it may have ended something.
    const given = await inTransaction(this.dataSource, async (tx) => {
      const asked = await this.lockedCode(tx, client, code);
      if (!asked) return undefined;
      if (asked.used) return endSignIn(tx, { loginRequestId: asked.id }, client.now);
      if (asked.endsAt <= client.now || asked.redirectUrl !== redirectUri) return undefined;
      if (!isVerifierOf(asked.challenge, verifier)) return undefined;
      return this.give(tx, client, asked);
    });
    if (!given) throw notGranted();
    return given;
  }

  /** RFC 6749 section 6; each token is good for one next token (RFC 9700 section 4.14). @throws OAuthRefusal */
  async refresh(
    credentials: Credentials,
    address: string,
    parameters: Parameters,
  ): Promise<CodeAnswer> {
    const client = await this.client(credentials, address);
    const token = needed(parameters, 'refresh_token');
    const wanted = parameters.get('scope')?.split(' ').filter(Boolean);
    if (kindOf(token) !== 'refresh') throw notGranted();
    const given = await inTransaction(this.dataSource, async (tx) => {
      const digests = this.keys.digests('token', token);
      const [row] = await tx.query<RefreshRow[]>(refreshing, [
        ...[digests, client.applicationId, client.now],
      ]);
      if (!row) return undefined;
      if (row.used) return endSignIn(tx, { id: row.signInId }, client.now);
      if (!row.good) return undefined;
      const scopes = row.scope.split(' ');
      if (wanted?.some((scope) => !scopes.includes(scope))) {
        throw new OAuthRefusal('invalid_scope', 'ask for no more than was agreed to');
      }
      await tx.query('update code_tokens set used_at = $2 where digest = $1', [
        row.digest,
        client.now,
      ]);
      // Less may be asked for now and again all of it later.
      return this.tokens(tx, client, row.signInId, row.scope, {
        access: wanted?.join(' ') || row.scope,
        comesBack: true,
      });
    });
    if (!given) throw notGranted();
    return given;
  }

  private async client(credentials: Credentials, address: string): Promise<Client> {
    const asked = await this.check.ask<string>(credentials, address, itsApplication);
    if (!asked) throw notGood();
    if (asked.serverOf !== null) {
      throw new OAuthRefusal('unauthorized_client', 'a resource server signs nobody in');
    }
    return this.clientOf(asked);
  }

  private clientOf({ clientId, secretId, expiresAt, answer }: Answered<string>): Client {
    const [now, secretEnds] = [this.clock.now(), new Date(expiresAt)];
    // Less than a second is left: no token can outlive the secret.
    if (secretEnds.getTime() - now.getTime() < 1000) throw notGood();
    return { id: clientId, applicationId: answer, secretId, secretEnds, now };
  }

  /** Of this application alone; parallel calls wait here for the first. */
  private async lockedCode(tx: Tx, client: Client, code: string): Promise<CodeRow | undefined> {
    const digests = this.keys.digests('sign-in token', code);
    const [row] = await tx.query<CodeRow[]>(
      `select l.id, l.redirect_url as "redirectUrl", l.code_challenge as challenge, l.nonce, l.scope,
         l.auth_time as "authTime", l.used_at is not null as used, l.result_ends_at as "endsAt"
       from login_requests l
       where l.result_digest = any ($1) and l.application_id = $2 and l.kind = 'code'
       for no key update`,
      [digests, client.applicationId],
    );
    return row;
  }

  private async give(tx: Tx, client: Client, asked: CodeRow): Promise<CodeAnswer | undefined> {
    await tx.query('update login_requests set used_at = $2 where id = $1', [asked.id, client.now]);
    const id = randomUUID();
    const [made] = await tx.query<{ sub: string; comesBack: boolean }[]>(connecting, [
      ...[id, asked.id, client.now],
    ]);
    if (!made) return undefined;
    const comesBack = made.comesBack && asked.scope.split(' ').includes('offline_access');
    const scope = asked.scope
      .split(' ')
      .filter((each) => comesBack || each !== 'offline_access')
      .join(' ');
    const tokens = await this.tokens(tx, client, id, scope, { access: scope, comesBack });
    return { ...tokens, id_token: await this.idToken(client, asked, made.sub) };
  }

  private async tokens(
    tx: Tx,
    { secretId, secretEnds: endsBy, now }: Client,
    signInId: string,
    scope: string,
    { access, comesBack }: { access: string; comesBack: boolean },
  ): Promise<CodeAnswer> {
    const wish = { signInId, secretId, now, endsBy };
    const { token, seconds } = await issue(tx, this.keys, 'access', { ...wish, scope: access });
    const answer: CodeAnswer = {
      ...{ access_token: token, token_type: 'Bearer', expires_in: seconds, scope: access },
    };
    if (!comesBack) return answer;
    const refresh = await issue(tx, this.keys, 'refresh', { ...wish, scope });
    return { ...answer, refresh_token: refresh.token };
  }

  private async idToken(client: Client, { nonce, authTime }: CodeRow, sub: string) {
    const { kid, privateKey } = await this.signingKeys.current();
    const iat = Math.floor(client.now.getTime() / 1000);
    const claims: IdClaims = {
      iss: this.config.PUBLIC_URL,
      sub,
      aud: client.id,
      iat,
      exp: iat + accessSeconds,
      auth_time: Math.floor(authTime.getTime() / 1000),
      ...(nonce !== null && { nonce }),
    };
    return signIdToken(claims, kid, privateKey);
  }
}

interface CodeRow {
  id: string;
  redirectUrl: string;
  challenge: string;
  nonce: string | null;
  scope: string;
  authTime: Date;
  used: boolean;
  endsAt: Date;
}

interface RefreshRow {
  digest: Buffer;
  signInId: string;
  scope: string;
  used: boolean;
  good: boolean;
}

const itsApplication: Question = { name: 'application of the caller', sql: 'to_json(a.id)' };

/** The sign-in as one that tokens can stand on, when all that it needs is still so. */
const connecting = `
  with made as (
    insert into code_sign_ins
      (id, login_request_id, application_id, domain_id, user_id, connected_at, created_at)
    select i.* from (
      select $1::uuid as id, l.id as login_request_id, l.application_id, l.domain_id, l.user_id,
        c.connected_at, $3::timestamptz as created_at
      from login_requests l
      join client_users c on c.application_id = l.application_id and c.user_id = l.user_id
      where l.id = $2) i
    where ${signInStands('i')}
    returning application_id, domain_id, user_id)
  select j.sub::text as sub, ${mayComeBack('i')} as "comesBack"
  from made i join subjects j on j.user_id = i.user_id`;

/** Both rows are locked, so that whoever waited for another sees what it did to the token. */
const refreshing = `
  select t.digest, t.sign_in_id as "signInId", t.scope, t.used_at is not null as used,
    t.expires_at > $3 and i.ended_at is null
      and i.created_at > $3::timestamptz - interval '${signInDays} days' and ${signInStands('i')} and ${mayComeBack('i')}
      and exists (select from secrets s where s.id = t.secret_id
        and ${secretStands('s', '$3')}) as good
  from code_tokens t join code_sign_ins i on i.id = t.sign_in_id
  where t.digest = any ($1) and t.kind = 'refresh' and i.application_id = $2
  for no key update of t, i`;

/** Alike for wrong, foreign, used, ended and too old. */
function notGranted(): OAuthRefusal {
  return new OAuthRefusal('invalid_grant', 'the code or refresh token is not good');
}
