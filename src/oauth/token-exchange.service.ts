import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import {
  type Answered,
  CredentialCheck,
  type Credentials,
  type GrantedResource,
  grantedResources,
  replacedByNewer,
} from '../secrets/credential-check.service.js';
import type { Question } from '../secrets/credential-lookup.js';
import { signToken } from './access-token.js';
import { notGood, OAuthRefusal } from './oauth-refusal.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { asSeenHere, isOwnAudience, ownAudience } from './own-audience.js';
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

export interface Bought {
  answer: TokenAnswer;
  /** A newer secret of the application is in use (M7, T6). */
  replacedByNewer: boolean;
}

/** What a token says about the application. */
interface Buyer {
  organisationId: string;
  replacedByNewer: boolean;
  resources: GrantedResource[];
}

/** Client credentials for access tokens (T1–T3, T6). */
@Injectable()
export class TokenExchange {
  constructor(
    private readonly check: CredentialCheck,
    private readonly signingKeys: SigningKeys,
    private readonly opaqueTokens: OpaqueTokens,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * A token for one granted resource.
   * @throws OAuthRefusal the same for every reason why the credentials are not good (T4)
   */
  async buy(
    credentials: Credentials,
    address: string,
    resource: string | undefined,
    scope: string | undefined,
  ): Promise<Bought> {
    const client = await this.check.ask<Buyer>(credentials, address, buyer);
    if (!client) throw notGood();
    if (client.serverOf !== null) {
      throw new OAuthRefusal('unauthorized_client', 'a resource server gets no tokens');
    }
    const target = this.target(client.answer.resources, resource, scope);
    const issuedAt = Math.floor(this.clock.now().getTime() / 1000);
    const secretEnds = Math.floor(client.expiresAt / 1000);
    const expiresIn = Math.min(target.tokenSeconds, secretEnds - issuedAt);
    // Less than a second is left: no token can outlive the secret.
    if (expiresIn < 1) throw notGood();
    const life = { issuedAt, expiresAt: issuedAt + expiresIn };
    const answer: TokenAnswer = {
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
    return { answer, replacedByNewer: client.answer.replacedByNewer };
  }

  private target(
    granted: GrantedResource[],
    resource: string | undefined,
    scope: string | undefined,
  ): GrantedResource {
    // By an instance with another port, our own API is named by the address of that one.
    const own = resource !== undefined && isOwnAudience(this.config, resource);
    const named = own ? ownAudience(this.config) : resource;
    return targetOf(asSeenHere(this.config, granted), named, scope);
  }

  private async signed(
    client: Answered<Buyer>,
    target: GrantedResource,
    { issuedAt, expiresAt }: { issuedAt: number; expiresAt: number },
  ): Promise<string> {
    const { kid, privateKey } = await this.signingKeys.current();
    const claims = {
      iss: this.config.PUBLIC_URL,
      aud: target.audience,
      sub: client.clientId,
      client_id: client.clientId,
      iat: issuedAt,
      exp: expiresAt,
      jti: randomUUID(),
      scope: target.scope,
      secret_id: client.secretId,
      organisation_id: client.answer.organisationId,
    };
    return signToken(claims, kid, privateKey);
  }
}

const buyer: Question = {
  name: 'buyer of a token',
  sql: `json_build_object('organisationId', a.organisation_id,
    'replacedByNewer', ${replacedByNewer}, 'resources', ${grantedResources})`,
};
