import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { Secrets } from './secrets.service.js';

@Module({ imports: [AuditModule], providers: [Secrets], exports: [Secrets] })
export class SecretsModule {}
