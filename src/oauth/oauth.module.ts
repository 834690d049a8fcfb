import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { Bearers } from './bearer.service.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { OAuth } from './oauth.service.js';
import { SigningKeys } from './signing-keys.service.js';
import { TokenExchange } from './token-exchange.service.js';

@Module({
  imports: [AuditModule, SecretsModule],
  providers: [Bearers, OAuth, OpaqueTokens, SigningKeys, TokenExchange],
  exports: [Bearers, OAuth, SigningKeys, TokenExchange],
})
export class OAuthModule {}
