import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CredentialCheck } from './credential-check.service.js';
import { Refusals } from './refusals.service.js';
import { Secrets } from './secrets.service.js';
import { SecretUses } from './uses.service.js';

@Module({
  imports: [AuditModule],
  providers: [Secrets, CredentialCheck, Refusals, SecretUses],
  exports: [Secrets, CredentialCheck, Refusals, SecretUses],
})
export class SecretsModule {}
