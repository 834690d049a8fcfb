import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { AccountNotices } from './account-notices.service.js';
import { Users } from './users.service.js';

@Module({
  imports: [AuditModule, MailModule],
  providers: [AccountNotices, Users],
  exports: [AccountNotices, Users],
})
export class UsersModule {}
