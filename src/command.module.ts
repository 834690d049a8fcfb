import { type DynamicModule, Module } from '@nestjs/common';
import { ApplicationsModule } from './applications/applications.module.js';
import { DomainsModule } from './domains/domains.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { OrganisationsModule } from './organisations/organisations.module.js';
import { MailModule } from './platform/mail/mail.module.js';
import { type Platform, PlatformModule } from './platform/platform.module.js';
import { ProvisioningModule } from './provisioning/provisioning.module.js';
import { RemindersModule } from './reminders/reminders.module.js';
import { SecretsModule } from './secrets/secrets.module.js';
import { UsersModule } from './users/users.module.js';

/** The command line: features without doors and jobs. In a file of its own, so that a command loads no door. */
@Module({})
export class CommandModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: CommandModule,
      imports: [
        PlatformModule.with(platform),
        MailModule,
        OrganisationsModule,
        UsersModule,
        ApplicationsModule,
        SecretsModule,
        OAuthModule,
        DomainsModule,
        RemindersModule,
        ProvisioningModule,
      ],
    };
  }
}
