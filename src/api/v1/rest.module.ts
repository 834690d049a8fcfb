import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { ApplicationsModule } from '../../applications/applications.module.js';
import { OAuthModule } from '../../oauth/oauth.module.js';
import { OrganisationsModule } from '../../organisations/organisations.module.js';
import { MailModule } from '../../platform/mail/mail.module.js';
import { ProvisioningModule } from '../../provisioning/provisioning.module.js';
import { RemindersModule } from '../../reminders/reminders.module.js';
import { SecretsModule } from '../../secrets/secrets.module.js';
import { UsersModule } from '../../users/users.module.js';
import { CustomRolesController } from './custom-roles/custom-roles.controller.js';
import { ApisController } from './apis/apis.controller.js';
import { ApplicationsController } from './applications/applications.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { Routes } from './contract/routes.js';
import { DocsController } from './docs.controller.js';
import { DocumentController } from './document.controller.js';
import { ElsewhereController } from './elsewhere.controller.js';
import { ForecastController } from './forecast/forecast.controller.js';
import { GrantsController } from './grants/grants.controller.js';
import { ResourcesController } from './grants/resources.controller.js';
import { Once } from './idempotency/once.service.js';
import { OrganisationsController } from './organisations/organisations.controller.js';
import { ProvisioningController } from './provisioning/provisioning.controller.js';
import { RolesController } from './roles/roles.controller.js';
import { SecretsController } from './secrets/secrets.controller.js';
import { SelfController } from './self/self.controller.js';
import { UsageApiController } from './usage/usage.controller.js';
import { UsersController } from './users/users.controller.js';

/** Our own REST API. */
@Module({
  imports: [
    DiscoveryModule,
    MailModule,
    OrganisationsModule,
    UsersModule,
    ApplicationsModule,
    SecretsModule,
    OAuthModule,
    RemindersModule,
    ProvisioningModule,
  ],
  providers: [Routes, Once],
  exports: [Once],
  controllers: [
    DocumentController,
    DocsController,
    SelfController,
    OrganisationsController,
    ApisController,
    CustomRolesController,
    ApplicationsController,
    GrantsController,
    ResourcesController,
    SecretsController,
    UsersController,
    RolesController,
    ProvisioningController,
    ForecastController,
    AuditController,
    UsageApiController,
    ElsewhereController,
  ],
})
export class RestModule {}
