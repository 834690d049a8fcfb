import { Module } from '@nestjs/common';
import { SignTokenModule } from '../sign-token/sign-token.module.js';
import { ApplicationUsersController } from './application-users.controller.js';
import { ConsentController } from './consent.controller.js';
import { MyApplicationsController } from './my-applications.controller.js';
import { KeptSignIns, OwnAccess } from './sign-in-sights.js';
import { VerificationController } from './verification.controller.js';

/** The pages of those who sign in for applications, left out where the setting `DOMAINS` is off. */
@Module({
  imports: [SignTokenModule],
  providers: [OwnAccess, KeptSignIns],
  controllers: [
    ConsentController,
    MyApplicationsController,
    ApplicationUsersController,
    VerificationController,
  ],
})
export class PortalSignInsModule {}
