import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { CredentialCheck } from './credential-check.service.js';
import { CredentialLookup } from './credential-lookup.js';
import { Refusals } from './refusals.service.js';
import { ResourceSecrets } from './resource-secrets.service.js';
import { Secrets } from './secrets.service.js';
import { SecretUses } from './uses.service.js';
import { WhichSecret } from './which-secret.service.js';

@Module({
  imports: [AuditModule],
  providers: [
    Secrets,
    ResourceSecrets,
    CredentialCheck,
    CredentialLookup,
    Refusals,
    SecretUses,
    WhichSecret,
  ],
  exports: [Secrets, ResourceSecrets, CredentialCheck, Refusals, SecretUses, WhichSecret],
})
export class SecretsModule {}
