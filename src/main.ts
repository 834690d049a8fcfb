import 'reflect-metadata';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from './app.js';
import { seedDemo } from './demo/seed.js';
import { announce } from './demo/announce.js';
import { type Clock, ShiftedClock, SystemClock } from './platform/clock.js';
import { ConfigurationError } from './platform/config/config.js';
import { loadConfig } from './platform/config/load.js';
import { parseInstant } from './platform/instant.js';
import { type Started, startPlatform } from './start.js';

// V8 would let garbage pile up to several times of what is in use before it collects the old
// generation. A third is enough, costs no time that can be measured, and keeps the memory flat.
// The young one is kept small by package.json, since its size is only read when V8 starts: 4 MiB
// stay in the processor's cache.
setFlagsFromString('--heap-growing-percent=30');

const { values: flags } = parseArgs({
  options: {
    demo: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    'as-of': { type: 'string' },
  },
});

let started: Started | undefined;
let app: NestFastifyApplication | undefined;
let stopping = false;

// Installed before anything is started, so that an early Ctrl-C leaves nothing behind.
process.on('SIGINT', () => void stop(0));
process.on('SIGTERM', () => void stop(0));

try {
  const config = loadConfig(flags.demo ? 'demo' : 'service');
  started = await startPlatform(config, clock(flags.demo, flags['as-of']));
  app = await createApp(started.platform);
  const demo = flags.demo ? await seedDemo(app, started.platform) : undefined;
  collectOnce();
  await app.listen(config.PORT, config.HOST);
  announce(config, demo, flags.json);
} catch (error) {
  complain(error);
  await stop(1);
}

async function stop(status: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  try {
    await app?.close();
    await started?.stop();
  } catch (error) {
    complain(error);
  }
  process.exit(status);
}

/**
 * The third is one of what the first collection leaves, and V8 would put that off until as much again
 * had piled up.
 */
function collectOnce(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function clock(demo: boolean, asOf: string | undefined): Clock {
  if (!asOf) return new SystemClock();
  if (!demo)
    throw new ConfigurationError(['--as-of goes with the demo, where no real secret lives']);
  return new ShiftedClock(parseInstant(asOf));
}

/** What is wrong with the configuration is said in lines; everything else is a bug with its stack. */
function complain(error: unknown): void {
  if (error instanceof ConfigurationError) return console.error(error.message);
  const { code } = error as { code?: string };
  if (code === 'EADDRINUSE') {
    return console.error('PORT is in use by another program; choose another one, e.g. PORT=3001');
  }
  console.error(error instanceof Error ? error.stack : error);
}
