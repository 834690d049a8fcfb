import { Module } from '@nestjs/common';
import { MailModule } from '../platform/mail/mail.module.js';
import { MailboxController } from './mailbox.controller.js';

/** The mailbox page. Part of the server in the demo alone. */
@Module({ imports: [MailModule], controllers: [MailboxController] })
export class DemoModule {}
