import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import {
  type Answered,
  CredentialCheck,
  type GrantedResource,
  type Proven,
  type ProvenClient,
  type Question,
} from '../secrets/credential-check.service.js';
import { type Claims, readToken, signToken } from './access-token.js';
import type { ClientCredentials } from './client-credentials.js';
import { notGood, OAuthRefusal } from './oauth-refusal.js';
import { RevokedToken } from './oauth.entity.js';
import { asSeenHere, isOwnAudience, ownAudience, ownResource } from './own-audience.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { SigningKeys } from './signing-keys.service.js';
import { targetOf } from './target.js';

export interface TokenAnswer {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  scope: string;
  /** Seconds since 1970: when the secret itself ends (T6). */
  client_secret_expires_at: number;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Client credentials for access tokens, and what can be asked of a token afterwards (T1–T6). */
@Injectable()
export class OAuth {
  constructor(
    private readonly dataSource: DataSource,
    private readonly check: CredentialCheck,
    private readonly signingKeys: SigningKeys,
    private readonly opaqueTokens: OpaqueTokens,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws OAuthRefusal the same for every reason why the credentials are not good (T4) */
  async authenticate(credentials: ClientCredentials, address: string): Promise<Proven> {
    const client = await this.check.prove(credentials.clientId, credentials.secret, address);
    if (!client) throw notGood();
    return client;
  }

  /** A token for one granted resource (T2, T3). @throws OAuthRefusal */
  async exchange(client: Proven, resource?: string, scope?: string): Promise<TokenAnswer> {
    if (client.serverOf !== null) {
      throw new OAuthRefusal('unauthorized_client', 'a resource server gets no tokens');
    }
    // By an instance with another port, our own API is named by the address of that one.
    const own = resource !== undefined && isOwnAudience(this.config, resource);
    const named = own ? ownAudience(this.config) : resource;
    const target = targetOf(asSeenHere(this.config, client.resources), named, scope);
    const issuedAt = Math.floor(this.clock.now().getTime() / 1000);
    const secretEnds = Math.floor(client.expiresAt.getTime() / 1000);
    const expiresIn = Math.min(target.tokenSeconds, secretEnds - issuedAt);
    // Less than a second is left: no token can outlive the secret.
    if (expiresIn < 1) throw notGood();
    const life = { issuedAt, expiresAt: issuedAt + expiresIn };
    return {
      access_token:
        target.tokenFormat === 'opaque'
          ? await this.opaqueTokens.issue({
              secretId: client.secretId,
              resourceId: target.id,
              ...life,
            })
          : await this.signed(client, target, life),
      token_type: 'Bearer',
      expires_in: expiresIn,
      scope: target.scope,
      client_secret_expires_at: secretEnds,
    };
  }

  /**
   * RFC 7662. A client may ask about its own tokens, a resource server about those for its audience;
   * about others they learn nothing.
   * @returns the claims of a token that may be accepted now, `undefined` otherwise
   * @throws OAuthRefusal for credentials that are not good, whatever the token is
   */
  async introspect(
    { clientId, secret }: ClientCredentials,
    token: string,
    address: string,
  ): Promise<Claims | undefined> {
    const claims = await this.read(token);
    const question = claims ? stillGood(claims, this.config) : this.opaqueTokens.stillGood(token);
    if (!question) {
      await this.authenticate({ clientId, secret }, address);
      return undefined;
    }
    const asked = await this.check.ask(clientId, secret, address, question);
    if (!asked) throw notGood();
    const good = claims ? this.unended(claims, asked.answer) : this.opaqueTokens.read(asked.answer);
    return mine(asked, good);
  }

  /** RFC 7009. What is unknown or somebody else's is left alone, and the answer is the same. */
  async revoke(caller: Proven, token: string): Promise<void> {
    const claims = await this.read(token);
    if (!claims) return this.opaqueTokens.revoke(caller.clientId, token);
    const ended = claims.exp * 1000 <= this.clock.now().getTime();
    if (claims.client_id !== caller.clientId || ended) return;
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(RevokedToken)
      .values({ jti: claims.jti, expiresAt: new Date(claims.exp * 1000) })
      .orIgnore()
      .execute();
  }

  /** A revoked token that has ended need not be remembered. */
  @Interval(3_600_000)
  async forgetEnded(): Promise<void> {
    await this.dataSource
      .query(`delete from revoked_tokens where expires_at < $1`, [this.clock.now()])
      .catch(() => undefined);
  }

  private async signed(
    client: ProvenClient,
    target: GrantedResource,
    { issuedAt, expiresAt }: { issuedAt: number; expiresAt: number },
  ): Promise<string> {
    const { kid, privateKey } = await this.signingKeys.current();
    const claims: Claims = {
      iss: this.config.PUBLIC_URL,
      aud: target.audience,
      sub: client.clientId,
      client_id: client.clientId,
      iat: issuedAt,
      exp: expiresAt,
      jti: randomUUID(),
      scope: target.scope,
      secret_id: client.secretId,
      organisation_id: client.organisationId,
    };
    return signToken(claims, kid, privateKey);
  }

  private unended(claims: Claims, isGood: unknown): Claims | undefined {
    const ended = claims.exp * 1000 <= this.clock.now().getTime();
    return isGood === true && !ended ? claims : undefined;
  }

  private async read(token: string): Promise<Claims | undefined> {
    const claims = await readToken(
      token,
      (issuer) => this.config.isOwnIssuer(issuer),
      (kid) => this.signingKeys.publicKey(kid),
    );
    return claims && uuid.test(claims.secret_id) ? claims : undefined;
  }
}

/** The claims, when this caller may know of them. */
function mine(caller: Answered, claims: Claims | undefined): Claims | undefined {
  const may =
    caller.serverOf === null
      ? claims?.client_id === caller.clientId
      : claims?.aud === caller.serverOf;
  return may ? claims : undefined;
}

/** Refuses a parameter that must be there. @throws OAuthRefusal */
export function needed(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new OAuthRefusal('invalid_request', `${name} is missing`);
  return value;
}

/** What is behind a JWT, as it is at this moment (T5). */
function stillGood({ secret_id, client_id, aud, jti }: Claims, config: Config): Question {
  // The table may have the audience of an instance with another port.
  const own = isOwnAudience(config, aud) ? ownResource : null;
  return {
    name: 'token still good',
    sql: stillGoodSql,
    values: [secret_id, client_id, aud, jti, own],
  };
}

const stillGoodSql = `
  exists (select 1 from secrets s
    join applications a on a.id = s.application_id
    join grants g on g.application_id = a.id
    join resources r on r.id = g.resource_id and (r.audience = $5 or r.id = $7::uuid)
    where s.id = $3 and s.deleted_at is null and s.disabled_at is null and s.expires_at > $2
      and a.client_id = $4 and a.deleted_at is null and a.disabled_at is null
      and not exists (select 1 from revoked_tokens t where t.jti = $6))`;
