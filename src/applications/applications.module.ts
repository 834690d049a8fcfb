import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { UsersModule } from '../users/users.module.js';
import { CustomRoles } from './custom-roles.service.js';
import { Apis } from './apis.service.js';
import { Applications } from './applications.service.js';
import { Resources } from './resources.service.js';
import { RoleDecisions } from './role-decisions.service.js';
import { RoleRequests } from './role-requests.service.js';
import { Roles } from './roles.service.js';

@Module({
  imports: [AuditModule, UsersModule, MailModule],
  providers: [Apis, Applications, CustomRoles, Resources, Roles, RoleRequests, RoleDecisions],
  exports: [Apis, Applications, CustomRoles, Resources, Roles, RoleRequests, RoleDecisions],
})
export class ApplicationsModule {}
