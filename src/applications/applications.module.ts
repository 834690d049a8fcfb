import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { Applications } from './applications.service.js';
import { Resources } from './resources.service.js';
import { Roles } from './roles.service.js';

@Module({
  imports: [AuditModule],
  providers: [Applications, Resources, Roles],
  exports: [Applications, Resources, Roles],
})
export class ApplicationsModule {}
