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
import type { Keys } from '../../src/platform/keys/keys.js';
import type { Envelope } from '../../src/platform/mail/mailer.js';
import type { Platform } from '../../src/platform/platform.module.js';
import { entities, migrations } from '../../src/schema.js';
import { createMadeDatabase, createTestDatabase, patience, type TestDatabase } from './database.js';
import { MemoryMailer } from './memory-mailer.js';
import { Visitor } from './visitor.js';

export interface Instance {
  app: NestFastifyApplication;
  url: string;
  close(): Promise<void>;
}

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
  /** Another instance of the service on the same database, with the same clock, perhaps with other keys. */
  secondInstance(keys?: Keys): Promise<Instance>;
  close(): Promise<void>;
}

const usualTime = '2026-12-01T09:00:00Z';

/** What was made in a database, and with which keys. */
interface MadeWorld {
  world: DemoWorld;
  keys: Record<string, string>;
  sent: Envelope[];
}

type TestPlatform = Platform & { clock: FixedClock; mailer: MemoryMailer };

/** The whole service on a database of its own with the demo world in it, at a fixed time. */
export async function startTestApp(
  settings: Record<string, string> = {},
  at = usualTime,
  port = 0,
): Promise<TestApp> {
  const { made, ...database } = await databaseWithWorld(settings, at);
  const { world } = made;
  const platform = platformOn(database.dataSource, { ...made.keys, ...settings }, at);
  const { config, clock, mailer } = platform;
  mailer.sent.push(...made.sent);
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
    secondInstance: async (keys = platform.keys) => {
      const dataSource = buildDataSource(database.connection, entities, migrations, patience);
      await dataSource.initialize();
      const second = await listen({ ...platform, dataSource, keys });
      return {
        ...second,
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

/** The demo world: made once per test run, unless a test file wants it otherwise than most. */
async function databaseWithWorld(
  settings: Record<string, string>,
  at: string,
): Promise<TestDatabase & { made: MadeWorld }> {
  const make = async (dataSource: DataSource): Promise<MadeWorld> => {
    const keys = newKeys();
    const platform = platformOn(dataSource, { ...keys, ...settings }, at);
    return { world: await makeWorld(platform), keys, sent: platform.mailer.sent };
  };
  if (Object.keys(settings).length === 0 && at === usualTime) {
    return createMadeDatabase('template_keyturn_world', make);
  }
  const database = await createTestDatabase();
  return { ...database, made: await make(database.dataSource) };
}

function platformOn(
  dataSource: DataSource,
  settings: Record<string, string>,
  at: string,
): TestPlatform {
  const config = testConfig(settings);
  const clock = new FixedClock(new Date(at));
  return { config, clock, mailer: new MemoryMailer(), keys: keysOf(config), dataSource };
}

/** A valid configuration with keys of its own; nothing of the environment is read. */
export function testConfig(settings: Record<string, string> = {}): Config {
  return readConfig(
    {
      NODE_ENV: 'test',
      PUBLIC_URL: 'http://localhost:3000',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'Keyturn <keyturn@keyturn.example>',
      SUPPORT_ADDRESS: 'support@keyturn.example',
      LOG_LEVEL: 'fatal',
      ...newKeys(),
      ...settings,
    },
    false,
  );
}

function newKeys(): Record<string, string> {
  const key = () => `1:${randomBytes(32).toString('base64')}`;
  return { SESSION_KEYS: key(), HASH_KEYS: key(), ENCRYPTION_KEYS: key() };
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
