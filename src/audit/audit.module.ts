import { Module } from '@nestjs/common';
import { AuditCheck } from './audit-check.service.js';
import { Audit } from './audit.service.js';

@Module({ providers: [Audit, AuditCheck], exports: [Audit, AuditCheck] })
export class AuditModule {}
