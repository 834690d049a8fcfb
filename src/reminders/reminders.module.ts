import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { Acknowledgements } from './acknowledgements.service.js';
import { AlarmRoutes } from './alarm-routes.js';
import { CalendarFeeds } from './calendar-feeds.service.js';
import { Forecasts } from './forecasts.service.js';
import { Passes } from './passes.js';
import { Delivery } from './reminders.delivery.js';
import { Planning } from './reminders.planning.js';
import { Reminders } from './reminders.service.js';
import { Retries } from './retries.js';
import { Watch } from './watch.service.js';

/** The daily reminders. Their time trigger, `RemindersJob`, belongs to the server. */
@Module({
  imports: [MailModule, AuditModule],
  providers: [
    Reminders,
    Planning,
    Passes,
    Delivery,
    Retries,
    Forecasts,
    CalendarFeeds,
    Acknowledgements,
    AlarmRoutes,
    Watch,
  ],
  exports: [Reminders, Forecasts, CalendarFeeds, Acknowledgements, Watch],
})
export class RemindersModule {}
