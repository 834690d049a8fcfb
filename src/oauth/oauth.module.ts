import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { OAuth } from './oauth.service.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({
  imports: [SecretsModule],
  providers: [OAuth, SigningKeys],
  exports: [OAuth, SigningKeys],
})
export class OAuthModule {}
