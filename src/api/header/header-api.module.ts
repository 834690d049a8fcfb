import { Module } from '@nestjs/common';
import { DomainsModule } from '../../domains/domains.module.js';
import { SignTokenModule } from '../../sign-token/sign-token.module.js';
import { HeaderController } from './header.controller.js';
import { HeaderEndpoints } from './header-endpoints.service.js';

/** The routes of header authentication. Left out where `DOMAINS` is off: their addresses are unknown then. */
@Module({
  imports: [DomainsModule, SignTokenModule],
  controllers: [HeaderController],
  providers: [HeaderEndpoints],
})
export class HeaderApiModule {}
