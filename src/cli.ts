#!/usr/bin/env node
import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { parseArgs } from 'node:util';
import { CommandModule } from './app.module.js';
import { Roles } from './applications/roles.service.js';
import { theService } from './audit/audit.service.js';
import { currentCodes } from './demo/codes.js';
import { type Clock, FixedClock, SystemClock } from './platform/clock.js';
import { ConfigurationError } from './platform/config/config.js';
import { loadConfig } from './platform/config/load.js';
import { parseInstant } from './platform/instant.js';
import { buildLog, NestLog } from './platform/log.js';
import { Outbox } from './platform/mail/outbox.service.js';
import { Invalid, Refusal } from './platform/refusals.js';
import { Reminders } from './reminders/reminders.service.js';
import { type Started, startPlatform } from './start.js';
import { Users } from './users/users.service.js';

const usage = `Usage: keyturn <command>

  remind [--as-of <instant>] [--json]
      Sends the reminders that are due, once.
      --as-of  an instant such as 2027-01-03T07:00:00Z, or a day; now when absent
      --json   prints one line {"due","sent","failed","skipped","noRecipient"}

  invite-it --email <address> --name <name>
      Makes an account of operator staff with the IT role and mails the invitation.
      This is how the first person gets in.

  demo-code <address>
      The current code of a demo account.

Exit status: 0, or 1 when a mail failed, or 2 for a wrong call or configuration.`;

process.exitCode = await main();

async function main(): Promise<number> {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        'as-of': { type: 'string' },
        json: { type: 'boolean', default: false },
        email: { type: 'string' },
        name: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) return print(usage);
    const [command, argument] = positionals;
    if (command === 'remind' && positionals.length === 1) {
      return await remind(values['as-of'] ? parseInstant(values['as-of']) : undefined, values.json);
    }
    if (command === 'invite-it' && values.email && values.name) {
      return await inviteIt(values.email, values.name);
    }
    if (command === 'demo-code' && argument) return await demoCode(argument);
    throw new RangeError(usage);
  } catch (error) {
    console.error(isCallersFault(error) ? sentence(error) : error);
    return 2;
  }
}

/** Runs one command with the features around it, and takes everything down again. */
async function withFeatures<T>(
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

function remind(asOf: Date | undefined, json: boolean): Promise<number> {
  const clock = asOf ? new FixedClock(asOf) : new SystemClock();
  return withFeatures(clock, async (app) => {
    const result = await app.get(Reminders).run({ force: true });
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
  });
}

function inviteIt(email: string, name: string): Promise<number> {
  return withFeatures(new SystemClock(), async (app) => {
    const user = await app.get(Users).invite(theService, { email, name, organisationId: null });
    await app.get(Roles).give(theService, { userId: user.id, role: 'it' });
    await app.get(Outbox).deliverDue();
    return print(`${user.email} has been invited as IT.`);
  });
}

function demoCode(email: string): Promise<number> {
  return withFeatures(new SystemClock(), async (_app, { platform }) => {
    const { config, dataSource, keys, clock } = platform;
    if (!config.demo) throw new RangeError('There is no demo in this data folder.');
    const codes = await currentCodes(dataSource, keys, clock.now());
    const found = codes.find((each) => each.email === email.toLowerCase());
    if (!found) {
      throw new RangeError(
        `No such account. There are: ${codes.map(({ email }) => email).join(', ')}`,
      );
    }
    return print(found.code);
  });
}

function isCallersFault(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof Refusal ||
    error instanceof ConfigurationError ||
    error instanceof RangeError ||
    (typeof code === 'string' && code.startsWith('ERR_PARSE_ARGS'))
  );
}

function sentence(error: unknown): string {
  if (error instanceof Invalid) return Object.values(error.fields).join('\n');
  return error instanceof Refusal ? error.publicText : (error as Error).message;
}

function print(text: string): number {
  console.log(text);
  return 0;
}
