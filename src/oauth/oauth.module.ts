import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { OpaqueTokens } from './opaque-tokens.service.js';
import { OAuth } from './oauth.service.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({
  imports: [SecretsModule],
  providers: [OAuth, OpaqueTokens, SigningKeys],
  exports: [OAuth, SigningKeys],
})
export class OAuthModule {}
