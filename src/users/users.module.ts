import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { Users } from './users.service.js';

@Module({ imports: [AuditModule, MailModule], providers: [Users], exports: [Users] })
export class UsersModule {}
