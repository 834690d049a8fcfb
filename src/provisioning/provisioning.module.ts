import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { OrganisationsModule } from '../organisations/organisations.module.js';
import { DomainsModule } from '../domains/domains.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { BatchWrites } from './batch-writes.js';
import { DomainWrites } from './domain-writes.js';
import { Judges } from './judges.js';
import { Provisioning } from './provisioning.service.js';
import { Writer } from './writer.js';

@Module({
  imports: [
    AuditModule,
    MailModule,
    OrganisationsModule,
    UsersModule,
    ApplicationsModule,
    DomainsModule,
  ],
  providers: [Provisioning, Judges, Writer, BatchWrites, DomainWrites],
  exports: [Provisioning],
})
export class ProvisioningModule {}
