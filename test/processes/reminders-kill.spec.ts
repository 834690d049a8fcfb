import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { createTestDatabase, type TestDatabase, urlOf } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase()));
afterAll(() => database.drop());

/** A few rounds of the drill that is run with a hundred by hand. */
test('killed at random moments, alone and among others, no mail is lost and none is another one', async () => {
  const url = urlOf(database.connection);
  const drill = spawn(
    process.execPath,
    ['ops/drills/reminders-kill.mjs', '--rounds', '3', '--json', '--database', url],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  drill.stdout.on('data', (chunk) => (output += chunk));
  const status = await new Promise((resolve) => drill.once('close', resolve));
  expect(JSON.parse(output)).toMatchObject({ rounds: 3, expected: 360, lost: 0, wrong: 0 });
  expect(status).toBe(0);
}, 60_000);
