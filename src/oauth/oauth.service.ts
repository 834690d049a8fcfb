import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import {
  type Answered,
  CredentialCheck,
  type Credentials,
  type Proven,
} from '../secrets/credential-check.service.js';
import type { Question } from '../secrets/credential-lookup.js';
import { type Claims, readToken } from './access-token.js';
import { notGood, OAuthRefusal } from './oauth-refusal.js';
import { RevokedToken } from './oauth.entity.js';
import { isOwnAudience, ownResource } from './own-audience.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { SigningKeys } from './signing-keys.service.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What can be asked of an access token, and its end (T4, T5). */
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
  async authenticate(credentials: Credentials, address: string): Promise<Proven> {
    const client = await this.check.prove(credentials, address);
    if (!client) throw notGood();
    return client;
  }

  /**
   * RFC 7662. A client may ask about its own tokens, a resource server about those for its audience;
   * about others they learn nothing.
   * @returns the claims of a token that may be accepted now, `undefined` otherwise
   * @throws OAuthRefusal for credentials that are not good, whatever the token is
   */
  async introspect(
    credentials: Credentials,
    token: string,
    address: string,
  ): Promise<Claims | undefined> {
    const claims = await this.read(token);
    if (claims) {
      const asked = await this.check.ask(credentials, address, stillGood, this.behind(claims));
      if (!asked) throw notGood();
      return mine(asked, this.unended(claims, asked.answer));
    }
    const digests = this.opaqueTokens.digestsOf(token);
    const question = digests ? this.opaqueTokens.stillGood : nothing;
    const asked = await this.check.ask(credentials, address, question, digests);
    if (!asked) throw notGood();
    return mine(asked, this.opaqueTokens.read(asked.answer));
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

  /** The table may have the audience of an instance with another port. */
  private behind({ secret_id, client_id, jti, aud }: Claims): Record<string, unknown> {
    return { secret_id, client_id, jti, aud, own: isOwnAudience(this.config, aud) };
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
    const ids = claims && [claims.secret_id, claims.client_id, claims.jti];
    return ids?.every((id) => uuid.test(id)) ? claims : undefined;
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
const stillGood: Question = {
  name: 'token still good',
  columns: { secret_id: 'uuid', client_id: 'uuid', jti: 'uuid', aud: 'text', own: 'boolean' },
  sql: `
    exists (select 1 from secrets o
      join applications b on b.id = o.application_id
      join grants g on g.application_id = b.id
      join resources r on r.id = g.resource_id
        and (r.audience = q.aud or q.own and r.id = '${ownResource}')
      where o.id = q.secret_id and o.deleted_at is null and o.disabled_at is null
        and o.expires_at > $1 and b.client_id = q.client_id and b.deleted_at is null
        and b.disabled_at is null
        and not exists (select 1 from revoked_tokens t where t.jti = q.jti))`,
};

/** Of a token that cannot be one of ours. */
const nothing: Question = { name: 'nothing', sql: 'null' };
