import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { HolidayCalendars } from './holidays.service.js';
import { Organisations } from './organisations.service.js';

@Module({
  imports: [AuditModule],
  providers: [Organisations, HolidayCalendars],
  exports: [Organisations, HolidayCalendars],
})
export class OrganisationsModule {}
