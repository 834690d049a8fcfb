import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/oauth.module.js';
import { ApplicationsModule } from '../applications/applications.module.js';
import { AuditModule } from '../audit/audit.module.js';
import { AuthenticationModule } from '../authentication/authentication.module.js';
import { OrganisationsModule } from '../organisations/organisations.module.js';
import { AttentionSource } from '../platform/web/frame.js';
import { RemindersModule } from '../reminders/reminders.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { ProvisioningModule } from '../provisioning/provisioning.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccessController } from './access.controller.js';
import { GrantScopesController } from './grant-scopes.controller.js';
import { ApplicationsController } from './applications.controller.js';
import { OperatorAttention } from './attention.js';
import { ApplicationsListController } from './applications-list.controller.js';
import { AuditController } from './audit.controller.js';
import { CustomRolesController } from './custom-roles.controller.js';
import { CatalogueController } from './catalogue.controller.js';
import { ContactsController } from './contacts.controller.js';
import { InvitationsController } from './invitations.controller.js';
import { OperationsController } from './operations.controller.js';
import { OrganisationsController } from './organisations.controller.js';
import { ProvisioningController } from './provisioning.controller.js';
import { ReminderRunsController } from './reminder-runs.controller.js';
import { ResourceAcknowledgeController } from './resource-acknowledge.controller.js';
import { ResourceMailController } from './resource-mail.controller.js';
import { ResourceSecretsController } from './resource-secrets.controller.js';
import { ResourcesController } from './resources.controller.js';
import { RoleRequestsController } from './role-requests.controller.js';
import { RolesController } from './roles.controller.js';
import { SupportController } from './support.controller.js';
import { UserController } from './user.controller.js';
import { UsersController } from './users.controller.js';

/** Door 2: pages for IT. */
@Module({
  imports: [
    AuditModule,
    AuthenticationModule,
    OrganisationsModule,
    UsersModule,
    ApplicationsModule,
    SecretsModule,
    ProvisioningModule,
    RemindersModule,
    OAuthModule,
  ],
  providers: [{ provide: AttentionSource, useClass: OperatorAttention }],
  controllers: [
    OrganisationsController,
    ApplicationsListController,
    ApplicationsController,
    AccessController,
    GrantScopesController,
    CatalogueController,
    CustomRolesController,
    ResourcesController,
    ResourceAcknowledgeController,
    ResourceMailController,
    ResourceSecretsController,
    UsersController,
    UserController,
    InvitationsController,
    RolesController,
    RoleRequestsController,
    AuditController,
    SupportController,
    OperationsController,
    ReminderRunsController,
    ProvisioningController,
    ContactsController,
  ],
})
export class AdminModule {}
