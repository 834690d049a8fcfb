import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { Applications } from './applications.service.js';
import { Roles } from './roles.service.js';

@Module({
  imports: [AuditModule],
  providers: [Applications, Roles],
  exports: [Applications, Roles],
})
export class ApplicationsModule {}
