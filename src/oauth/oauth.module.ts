import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { Bearers } from './bearer.service.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { OAuth } from './oauth.service.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({
  imports: [AuditModule, SecretsModule],
  providers: [Bearers, OAuth, OpaqueTokens, SigningKeys],
  exports: [Bearers, OAuth, SigningKeys],
})
export class OAuthModule {}
