import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { OAuthModule } from '../../oauth/oauth.module.js';
import { SecretsModule } from '../../secrets/secrets.module.js';
import { Routes } from './contract/routes.js';
import { DocumentController } from './document.controller.js';
import { ElsewhereController } from './elsewhere.controller.js';
import { Once } from './idempotency/once.service.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { SelfController } from './self/self.controller.js';

/** Our own REST API. */
@Module({
  imports: [DiscoveryModule, OAuthModule, SecretsModule],
  providers: [Routes, Once],
  controllers: [DocumentController, SelfController, SecretsController, ElsewhereController],
})
export class RestModule {}
