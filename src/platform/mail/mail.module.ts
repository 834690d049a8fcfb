import { Module } from '@nestjs/common';
import { Mailbox } from './mailbox.js';
import { Outbox } from './outbox.service.js';

/** The outbox, and the demo's mailbox. */
@Module({ providers: [Outbox, Mailbox], exports: [Outbox, Mailbox] })
export class MailModule {}
