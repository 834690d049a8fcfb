import { Module } from '@nestjs/common';
import { DomainsModule } from '../domains/domains.module.js';
import { DomainLogoController } from './domain-logo.controller.js';
import { DomainPartsController } from './domain-parts.controller.js';
import { KeptDomain } from './domain-sight.js';
import { DomainsController } from './domains.controller.js';

/** Pages of domains, where the setting `DOMAINS` is on. */
@Module({
  imports: [DomainsModule],
  providers: [KeptDomain],
  controllers: [DomainsController, DomainPartsController, DomainLogoController],
})
export class PortalDomainsModule {}
