import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { Organisations } from './organisations.service.js';

@Module({ imports: [AuditModule], providers: [Organisations], exports: [Organisations] })
export class OrganisationsModule {}
