import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CommandModule } from '../command.module.js';
import type { Clock } from '../platform/clock.js';
import { loadConfig } from '../platform/config/load.js';
import { buildLog, NestLog } from '../platform/log.js';
import { type Started, startPlatform } from '../start.js';

/** Runs one command with the features around it, and takes everything down again. */
export async function withFeatures<T>(
  clock: Clock,
  work: (app: INestApplicationContext, started: Started) => Promise<T>,
): Promise<T> {
  const config = loadConfig('command');
  const started = await startPlatform(config, clock);
  try {
    const app = await NestFactory.createApplicationContext(CommandModule.with(started.platform), {
      logger: new NestLog(buildLog(config)),
      abortOnError: false,
    });
    const result = await work(app, started);
    await app.close();
    return result;
  } finally {
    await started.stop();
  }
}
