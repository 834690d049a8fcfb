import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { DomainsModule } from '../domains/domains.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { AccessRequests } from './access-requests.service.js';
import { ClientUsers } from './client-users.service.js';
import { LoginRequests } from './login-requests.service.js';
import { SignIns } from './sign-ins.service.js';
import { Userinfo } from './userinfo.service.js';
import { Verifications } from './verifications.service.js';

const services = [LoginRequests, SignIns, Userinfo, ClientUsers, AccessRequests, Verifications];

/** Users sign in for applications: the hand-off, who is connected, and what may be read about them. */
@Module({
  imports: [AuditModule, DomainsModule, MailModule],
  providers: services,
  exports: services,
})
export class SignTokenModule {}
