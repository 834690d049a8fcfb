import { expect, test } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { CommandModule } from '../../src/command.module.js';
import { ownResource } from '../../src/oauth/own-audience.js';
import { Config } from '../../src/platform/config/config.js';
import { Keys } from '../../src/platform/keys/keys.js';
import { Mailer } from '../../src/platform/mail/mailer.js';
import { startTestApp } from '../support/app.js';

test('a command with another address leaves the audience of our own API as the server wrote it', async () => {
  const service = await startTestApp();
  const { app, clock, dataSource } = service;
  const audience = async () =>
    (
      await dataSource.query<{ audience: string }[]>(
        'select audience from resources where id = $1',
        [ownResource],
      )
    )[0]!.audience;
  const written = await audience();
  expect(written).toBe(`${app.get(Config, { strict: false }).PUBLIC_URL}/api/v1`);
  const config = Object.assign(
    Object.create(Config.prototype) as Config,
    app.get(Config, { strict: false }),
    {
      PUBLIC_URL: 'http://localhost:3999',
    },
  );
  const platform = {
    config,
    clock,
    dataSource,
    keys: app.get(Keys, { strict: false }),
    mailer: app.get(Mailer, { strict: false }),
  };
  await NestFactory.createApplicationContext(CommandModule.with(platform), { logger: false });
  expect(await audience()).toBe(written);
  await service.close();
});
