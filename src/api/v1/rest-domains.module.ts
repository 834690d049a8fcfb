import { Module } from '@nestjs/common';
import { DomainsModule } from '../../domains/domains.module.js';
import { OAuthModule } from '../../oauth/oauth.module.js';
import { DomainPartsController } from './domains/domain-parts.controller.js';
import { DomainsController } from './domains/domains.controller.js';
import { RestModule } from './rest.module.js';

/** Domains in our own REST API, where the setting `DOMAINS` is on. */
@Module({
  imports: [RestModule, OAuthModule, DomainsModule],
  controllers: [DomainsController, DomainPartsController],
})
export class RestDomainsModule {}
