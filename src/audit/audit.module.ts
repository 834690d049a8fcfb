import { Module } from '@nestjs/common';
import { MailModule } from '../platform/mail/mail.module.js';
import { AuditAnchors } from './audit-anchors.service.js';
import { AuditCheck } from './audit-check.service.js';
import { Audit } from './audit.service.js';

@Module({
  imports: [MailModule],
  providers: [Audit, AuditCheck, AuditAnchors],
  exports: [Audit, AuditCheck, AuditAnchors],
})
export class AuditModule {}
