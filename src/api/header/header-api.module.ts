import { Module } from '@nestjs/common';
import { DomainsModule } from '../../domains/domains.module.js';
import { SignTokenModule } from '../../sign-token/sign-token.module.js';
import { UsageModule } from '../../usage/usage.module.js';
import { HeaderController } from './header.controller.js';
import { HeaderEndpoints } from './header-endpoints.service.js';

/** The routes of header authentication. Left out where `DOMAINS` is off: their addresses are unknown then. */
@Module({
  imports: [DomainsModule, SignTokenModule, UsageModule],
  controllers: [HeaderController],
  providers: [HeaderEndpoints],
})
export class HeaderApiModule {}
