import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { LeaksModule } from '../leaks/leaks.module.js';
import { OrganisationsModule } from '../organisations/organisations.module.js';
import { RemindersModule } from '../reminders/reminders.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { AcknowledgeController } from './acknowledge.controller.js';
import { ActivityController } from './activity.controller.js';
import { ManagedApplication, SeenApplication } from './application-sight.js';
import { CalendarPageController } from './calendar.controller.js';
import { CredentialsController } from './credentials.controller.js';
import { EnrolmentController } from './enrolment.controller.js';
import { ForecastController } from './forecast.controller.js';
import { LanguageController } from './language.controller.js';
import { OrgAdminsOnly } from './org-admin-sight.js';
import { LastDayController } from './last-day.controller.js';
import { LastDays } from './last-days.js';
import { PasskeysController } from './passkeys.controller.js';
import { PasswordResetController } from './password-reset.controller.js';
import { ProfileController } from './profile.controller.js';
import { RoleRequestsController } from './role-requests.controller.js';
import { SecretLeakedController } from './secret-leaked.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SentMailController } from './sent-mail.controller.js';
import { SignInController } from './sign-in.controller.js';
import { WhichSecretController } from './which-secret.controller.js';

/** Door 1: pages for credential managers and org admins, and the sign-in of everybody. */
@Module({
  imports: [OrganisationsModule, ApplicationsModule, SecretsModule, RemindersModule, LeaksModule],
  providers: [SeenApplication, ManagedApplication, OrgAdminsOnly, LastDays],
  controllers: [
    SignInController,
    EnrolmentController,
    SentMailController,
    AcknowledgeController,
    LastDayController,
    ActivityController,
    SecretLeakedController,
    SecretsController,
    CredentialsController,
    CalendarPageController,
    ForecastController,
    WhichSecretController,
    RoleRequestsController,
    ProfileController,
    LanguageController,
    PasskeysController,
    PasswordResetController,
  ],
})
export class PortalModule {}
