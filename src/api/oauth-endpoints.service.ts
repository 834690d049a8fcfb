import { Injectable } from '@nestjs/common';
import { CodeExchange } from '../authorization-code/code-exchange.service.js';
import { kindOf } from '../authorization-code/code-tokens.js';
import { CodeTokens } from '../authorization-code/code-tokens.service.js';
import { clientCredentials } from '../oauth/client-credentials.js';
import { OAuthRefusal } from '../oauth/oauth-refusal.js';
import { needed, OAuth } from '../oauth/oauth.service.js';
import { TokenExchange } from '../oauth/token-exchange.service.js';
import { Config } from '../platform/config/config.js';
import type { DirectAnswer, FormPost } from '../platform/web/direct.js';
import { parametersIn } from './parameters.js';

/** What the two busiest addresses answer, whichever way a request comes. */
@Injectable()
export class OAuthEndpoints {
  constructor(
    private readonly exchange: TokenExchange,
    private readonly oauth: OAuth,
    private readonly codes: CodeExchange,
    private readonly codeTokens: CodeTokens,
    private readonly config: Config,
  ) {}

  /** RFC 6749 section 3.2. @throws OAuthRefusal */
  token(post: FormPost): Promise<DirectAnswer> {
    const parameters = parametersIn(post.form);
    const type = needed(parameters, 'grant_type');
    if (type === 'client_credentials') return this.buy(post, parameters);
    if (this.config.DOMAINS === 'on') {
      if (type === 'authorization_code') return this.ofUser('exchange', post, parameters);
      if (type === 'refresh_token') return this.ofUser('refresh', post, parameters);
    }
    throw new OAuthRefusal('unsupported_grant_type', 'the metadata names the grants there are');
  }

  /** Sections 4.1.3 and 6. */
  private async ofUser(
    step: 'exchange' | 'refresh',
    { authorization, address }: FormPost,
    parameters: ReadonlyMap<string, string>,
  ): Promise<DirectAnswer> {
    const credentials = clientCredentials(authorization, parameters);
    return { body: await this.codes[step](credentials, address, parameters) };
  }

  /** Section 4.4. */
  private async buy(
    { authorization, address }: FormPost,
    parameters: ReadonlyMap<string, string>,
  ): Promise<DirectAnswer> {
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
    const token = needed(parameters, 'token');
    if (kindOf(token)) {
      const client = await this.oauth.authenticate(credentials, address);
      return { body: await this.codeTokens.describe(client.clientId, token) };
    }
    const claims = await this.oauth.introspect(credentials, token, address);
    return { body: claims ? { active: true, token_type: 'Bearer', ...claims } : { active: false } };
  }
}
