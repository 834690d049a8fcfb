import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { ConfigurationError } from '../platform/config/config.js';
import { alone } from '../platform/database/alone.js';
import { Installation } from '../platform/keys/keys.entity.js';
import { MailboxMailer } from '../platform/mail/mailbox-mailer.js';
import type { Platform } from '../platform/platform.module.js';
import { addDays, startOf, utcDay } from '../platform/utc-day.js';
import { Reminders } from '../reminders/reminders.service.js';
import { type DemoWorld, makeWorld } from './make-world.js';

/**
 * Makes the demo world once per database. Of several instances that start together one does it.
 * @throws ConfigurationError for a database that is not a demo's
 */
export function seedDemo(
  app: NestFastifyApplication,
  platform: Platform,
): Promise<DemoWorld | undefined> {
  return alone(platform.dataSource, 'keyturn demo', async () => {
    const installation = await installationOf(platform.dataSource);
    if (installation && !installation.demo) {
      throw new ConfigurationError([
        'DATA_DIR or DATABASE_URL belongs to a real service, where demo data has no place; use another one, e.g. DATA_DIR=./data-demo',
      ]);
    }
    const file = join(platform.config.DATA_DIR, 'demo.json');
    if (installation) return await readWorld(file);
    const world = await makeWorld(platform);
    await remindUntilNow(app, platform);
    await writeFile(file, JSON.stringify(world, null, 2), { mode: 0o600 });
    await markInstallation(platform, true);
    return world;
  });
}

/** Remembers at the first start whether this is a demo's database or a real one. */
export async function markInstallation(
  { dataSource, clock }: Platform,
  demo: boolean,
): Promise<void> {
  await dataSource
    .createQueryBuilder()
    .insert()
    .into(Installation)
    .values({ id: true, demo, createdAt: clock.now() })
    .orIgnore()
    .execute();
}

function installationOf(dataSource: DataSource): Promise<Installation | null> {
  return dataSource.getRepository(Installation).findOneBy({ id: true });
}

/** The accounts and values of an earlier start; absent where the file was removed. */
async function readWorld(file: string): Promise<DemoWorld | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as DemoWorld;
  } catch {
    return undefined;
  }
}

/**
 * The mails of the past weeks go into the mailbox, as the service would have sent them; with a real
 * mail server only today's are sent.
 */
async function remindUntilNow(app: NestFastifyApplication, platform: Platform): Promise<void> {
  const reminders = app.get(Reminders);
  const now = platform.clock.now();
  const today = utcDay(now);
  if (platform.mailer instanceof MailboxMailer) {
    for (let ago = 45; ago > 0; ago--) {
      const then = new Date(startOf(addDays(today, -ago)).getTime() + 7 * 3_600_000);
      await reminders.run({ now: then, force: true });
    }
  }
  await reminders.run({ now, force: true });
}
