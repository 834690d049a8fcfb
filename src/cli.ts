#!/usr/bin/env node
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { parseArgs } from 'node:util';
import { CommandModule } from './app.module.js';
import { FixedClock, SystemClock } from './platform/clock.js';
import { ConfigurationError } from './platform/config/config.js';
import { loadConfig } from './platform/config/load.js';
import { parseInstant } from './platform/instant.js';
import { buildLog, NestLog } from './platform/log.js';
import { Reminders } from './reminders/reminders.service.js';
import { startPlatform } from './start.js';

const usage = `Usage: keyturn remind [--as-of <instant>] [--json]

  remind   sends the reminders that are due, once
    --as-of  an instant such as 2027-01-03T07:00:00Z, or a day; now when absent
    --json   prints one line {"due","sent","failed","skipped","noRecipient"}

Exit status: 0, or 1 when a mail failed, or 2 for a wrong call or configuration.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        'as-of': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return print(usage);
    if (positionals.length !== 1 || positionals[0] !== 'remind') throw new RangeError(usage);
    return await remind(values['as-of'] ? parseInstant(values['as-of']) : undefined, values.json);
  } catch (error) {
    if (isCallersFault(error)) {
      console.error((error as Error).message);
      return 2;
    }
    console.error(error);
    return 2;
  }
}

async function remind(asOf: Date | undefined, json: boolean): Promise<number> {
  const config = loadConfig('command');
  const clock = asOf ? new FixedClock(asOf) : new SystemClock();
  const { platform, stop } = await startPlatform(config, clock);
  try {
    const app = await NestFactory.createApplicationContext(CommandModule.with(platform), {
      logger: new NestLog(buildLog(config)),
      abortOnError: false,
    });
    const result = await app.get(Reminders).run({ force: true });
    await app.close();
    if (!result) {
      console.error('Another instance is sending the reminders right now.');
      return 1;
    }
    const { due, sent, failed, skipped, noRecipient } = result;
    print(
      json
        ? JSON.stringify({ due, sent, failed, skipped, noRecipient })
        : `${due} due, ${sent} sent, ${failed} failed, ${skipped} skipped, ${noRecipient} without a recipient`,
    );
    return failed > 0 ? 1 : 0;
  } finally {
    await stop();
  }
}

function isCallersFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof ConfigurationError ||
    error instanceof RangeError ||
    (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
  );
}

function print(text: string): number {
  console.log(text);
  return 0;
}
