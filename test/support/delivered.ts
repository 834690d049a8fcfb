import type { INestApplicationContext } from '@nestjs/common';
import { Outbox } from '../../src/platform/mail/outbox.service.js';

/** All mails that are due are out, also those that a delivery in the background has in hand. */
export async function delivered(app: INestApplicationContext): Promise<void> {
  const outbox = app.get(Outbox, { strict: false });
  await outbox.deliverDue();
  await outbox.onModuleDestroy();
}
