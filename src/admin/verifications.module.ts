import { Module } from '@nestjs/common';
import { ApplicationsModule } from '../applications/applications.module.js';
import { SignTokenModule } from '../sign-token/sign-token.module.js';
import { VerificationsController } from './verifications.controller.js';

/** Where IT verifies applications, left out where the setting `DOMAINS` is off. */
@Module({
  imports: [ApplicationsModule, SignTokenModule],
  controllers: [VerificationsController],
})
export class AdminVerificationsModule {}
