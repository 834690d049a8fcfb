import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { FrameSource } from '../platform/web/frame.js';
import { UsersModule } from '../users/users.module.js';
import { BreachedPasswords } from './breached-passwords.js';
import { Enrolment } from './enrolment.service.js';
import { Factors } from './factor.service.js';
import { SignedInFrame } from './frame.js';
import { Guard } from './guard.js';
import { OwnAccount } from './own-account.service.js';
import { OwnPasskeys } from './own-passkeys.service.js';
import { OwnPassword } from './own-password.js';
import { PasskeyChallenges } from './passkey-challenges.service.js';
import { Passkeys } from './passkeys.service.js';
import { PasswordResets } from './password-resets.service.js';
import { RefusedSignIns } from './refused-sign-ins.service.js';
import { Resets } from './resets.service.js';
import { SessionsJob } from './sessions.job.js';
import { Sessions } from './sessions.service.js';
import { SignIn } from './sign-in.service.js';

/** Global, because every door stands behind its guard and shows its frame. */
@Global()
@Module({
  imports: [MailModule, AuditModule, UsersModule],
  providers: [
    BreachedPasswords,
    Enrolment,
    Factors,
    OwnAccount,
    OwnPasskeys,
    OwnPassword,
    PasskeyChallenges,
    Passkeys,
    PasswordResets,
    RefusedSignIns,
    Resets,
    Sessions,
    SessionsJob,
    SignIn,
    { provide: APP_GUARD, useClass: Guard },
    { provide: FrameSource, useClass: SignedInFrame },
  ],
  exports: [
    Enrolment,
    Factors,
    FrameSource,
    OwnAccount,
    OwnPasskeys,
    Passkeys,
    PasswordResets,
    Resets,
    Sessions,
    SignIn,
  ],
})
export class AuthenticationModule {}
