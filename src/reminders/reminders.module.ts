import { Module } from '@nestjs/common';
import { MailModule } from '../platform/mail/mail.module.js';
import { Forecasts } from './forecasts.service.js';
import { Passes } from './passes.js';
import { Delivery } from './reminders.delivery.js';
import { Planning } from './reminders.planning.js';
import { Reminders } from './reminders.service.js';
import { Retries } from './retries.js';

/** The daily reminders. Their time trigger, `RemindersJob`, belongs to the server. */
@Module({
  imports: [MailModule],
  providers: [Reminders, Planning, Passes, Delivery, Retries, Forecasts],
  exports: [Reminders, Forecasts],
})
export class RemindersModule {}
