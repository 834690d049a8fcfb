import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { Leaks } from './leaks.service.js';

@Module({
  imports: [AuditModule, MailModule],
  providers: [Leaks],
  exports: [Leaks],
})
export class LeaksModule {}
