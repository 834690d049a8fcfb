import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/oauth.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { Authorizations } from './authorizations.service.js';
import { CodeExchange } from './code-exchange.service.js';
import { CodeTokens } from './code-tokens.service.js';

const services = [Authorizations, CodeExchange, CodeTokens];

/** OAuth 2 authorization code with PKCE, refresh tokens and userinfo, beside the hand-off (docs/adr/0170). */
@Module({ imports: [OAuthModule, SecretsModule], providers: services, exports: services })
export class AuthorizationCodeModule {}
