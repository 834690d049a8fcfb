import { Module } from '@nestjs/common';
import { SecretsModule } from '../secrets/secrets.module.js';
import { CredentialsController } from './credentials.controller.js';
import { EnrolmentController } from './enrolment.controller.js';
import { SecretsController } from './secrets.controller.js';
import { SignInController } from './sign-in.controller.js';
import { WhichSecretController } from './which-secret.controller.js';

/** Door 1: pages for credential managers and org admins, and the sign-in of everybody. */
@Module({
  imports: [SecretsModule],
  controllers: [
    SignInController,
    EnrolmentController,
    SecretsController,
    CredentialsController,
    WhichSecretController,
  ],
})
export class PortalModule {}
