import { Injectable } from '@nestjs/common';
import { clientCredentials } from '../oauth/client-credentials.js';
import { OAuthRefusal } from '../oauth/oauth-refusal.js';
import { needed, OAuth } from '../oauth/oauth.service.js';
import { TokenExchange } from '../oauth/token-exchange.service.js';
import type { DirectAnswer, FormPost } from '../platform/web/direct.js';
import { parametersIn } from './parameters.js';

/** What the two busiest addresses answer, whichever way a request comes. */
@Injectable()
export class OAuthEndpoints {
  constructor(
    private readonly exchange: TokenExchange,
    private readonly oauth: OAuth,
  ) {}

  /** RFC 6749 section 4.4. @throws OAuthRefusal */
  async token({ form, authorization, address }: FormPost): Promise<DirectAnswer> {
    const parameters = parametersIn(form);
    if (needed(parameters, 'grant_type') !== 'client_credentials') {
      throw new OAuthRefusal('unsupported_grant_type', 'use client_credentials');
    }
    const { answer, replacedByNewer } = await this.exchange.buy(
      clientCredentials(authorization, parameters),
      address,
      parameters.get('resource'),
      parameters.get('scope'),
    );
    const headers = replacedByNewer ? { 'client-secret-replaced-by-newer': 'true' } : undefined;
    return { body: answer, headers };
  }

  /** RFC 7662. @throws OAuthRefusal */
  async introspect({ form, authorization, address }: FormPost): Promise<DirectAnswer> {
    const parameters = parametersIn(form);
    const credentials = clientCredentials(authorization, parameters);
    // Who has not proved itself is told that first.
    if (!parameters.has('token')) await this.oauth.authenticate(credentials, address);
    const claims = await this.oauth.introspect(credentials, needed(parameters, 'token'), address);
    return { body: claims ? { active: true, token_type: 'Bearer', ...claims } : { active: false } };
  }
}
