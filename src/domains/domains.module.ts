import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { Domains } from './domains.service.js';
import { HeaderCheck } from './header-check.service.js';

/** From where secrets may be used. The setting `DOMAINS` decides whether the doors show any of it. */
@Module({
  imports: [AuditModule, SecretsModule],
  providers: [Domains, HeaderCheck],
  exports: [Domains, HeaderCheck],
})
export class DomainsModule {}
