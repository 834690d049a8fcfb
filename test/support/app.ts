import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import type { DataSource } from 'typeorm';
import { createApp } from '../../src/app.js';
import { type DemoAccount, type DemoWorld, makeWorld } from '../../src/demo/make-world.js';
import { FixedClock } from '../../src/platform/clock.js';
import { type Config, readConfig } from '../../src/platform/config/config.js';
import { keysOf } from '../../src/platform/config/load.js';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import type { Platform } from '../../src/platform/platform.module.js';
import { entities, migrations } from '../../src/schema.js';
import { createTestDatabase, patience } from './database.js';
import { MemoryMailer } from './memory-mailer.js';
import { Visitor } from './visitor.js';

export interface TestApp {
  app: NestFastifyApplication;
  url: string;
  clock: FixedClock;
  config: Config;
  dataSource: DataSource;
  mailer: MemoryMailer;
  world: DemoWorld;
  platform: Platform;
  /** A new browser; at another instance when its address is given. */
  visitor(at?: string): Visitor;
  /** A new browser in which this demo account has signed in; half a minute passes. */
  signedIn(email: string): Promise<Visitor>;
  account(email: string): DemoAccount;
  /** Another instance of the service on the same database, with the same clock. */
  secondInstance(): Promise<{ url: string; close(): Promise<void> }>;
  close(): Promise<void>;
}

/** The whole service on a database of its own with the demo world in it, at a fixed time. */
export async function startTestApp(
  settings: Record<string, string> = {},
  at = '2026-12-01T09:00:00Z',
  port = 0,
): Promise<TestApp> {
  const database = await createTestDatabase();
  const config = testConfig(settings);
  const clock = new FixedClock(new Date(at));
  const mailer = new MemoryMailer();
  const platform: Platform = {
    config,
    clock,
    mailer,
    keys: keysOf(config),
    dataSource: database.dataSource,
  };
  const world = await makeWorld(platform);
  const { app, url } = await listen(platform, port);
  const visitor = (at = url) => new Visitor(at, () => clock.now());
  const account = (email: string) => world.accounts.find((each) => each.email === email)!;
  return {
    app,
    url,
    clock,
    config,
    dataSource: database.dataSource,
    mailer,
    world,
    platform,
    visitor,
    account,
    signedIn: async (email) => {
      clock.advance(30_000);
      const browser = visitor();
      const page = await browser.signIn(account(email));
      if (page.status !== 200) throw new Error(`sign-in failed: ${browser.words}`);
      return browser;
    },
    secondInstance: async () => {
      const dataSource = buildDataSource(database.connection, entities, migrations, patience);
      await dataSource.initialize();
      const second = await listen({ ...platform, dataSource });
      return {
        url: second.url,
        close: async () => {
          await second.app.close();
          await dataSource.destroy();
        },
      };
    },
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}

/** A valid configuration with keys of its own; nothing of the environment is read. */
export function testConfig(settings: Record<string, string> = {}): Config {
  const key = () => `1:${randomBytes(32).toString('base64')}`;
  return readConfig(
    {
      NODE_ENV: 'test',
      PUBLIC_URL: 'http://localhost:3000',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'Keyturn <keyturn@keyturn.example>',
      SUPPORT_ADDRESS: 'support@keyturn.example',
      LOG_LEVEL: 'fatal',
      SESSION_KEYS: key(),
      HASH_KEYS: key(),
      ENCRYPTION_KEYS: key(),
      ...settings,
    },
    false,
  );
}

async function listen(
  platform: Platform,
  wanted = 0,
): Promise<{ app: NestFastifyApplication; url: string }> {
  const app = await createApp(platform);
  await app.listen(wanted, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}
