import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SigningKeys } from '../../src/oauth/signing-keys.service.js';
import { AuditAnchors } from '../../src/audit/audit-anchors.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import type { Visitor } from '../support/visitor.js';
import { it } from './cast.js';

const key = (number: number) => `${number}:${randomBytes(32).toString('base64')}`;
const settings = {
  HASH_KEYS: [key(7), key(3)].join(','),
  SESSION_KEYS: key(2),
  ENCRYPTION_KEYS: [key(9), key(4)].join(','),
  SMTP_URL: 'smtp://mailer:Sm7p-Pass@mail.example.org:2525',
  ALARM_WEBHOOK_URL: 'https://alerts.example.org/hook/T0ken-Of-The-Hook',
  ALARM_SMTP_URL: 'smtp://other:Al4rm-Pass@mail.example.net',
  ALARM_ADDRESS: 'on-call@example.org',
  AUDIT_HEAD_TO: 'auditors@example.net',
  REMINDER_HOUR: '6',
  SESSION_MAX_HOURS: '5',
};

let service: TestApp;
let ines: Visitor;
beforeAll(async () => {
  service = await startTestApp(settings);
  ines = await service.signedIn(it);
});
afterAll(() => service.close());

const look = () => ines.get('/admin/operations');

test('says what is in force, and nothing secret', async () => {
  await look();
  expect(ines.page.status).toBe(200);
  expect(ines.words).toContain('Mail server SMTP_URL mail.example.org:2525');
  expect(ines.words).toContain('Reminders go out from REMINDER_HOUR 6:00');
  expect(ines.words).toContain('A session ends after SESSION_MAX_HOURS 5 hours');
  expect(ines.words).toContain('webhook ALARM_WEBHOOK_URL set');
  expect(ines.words).toMatch(/Migrations up to date, \d+ applied/);
  for (const secret of ['Sm7p-Pass', 'T0ken-Of', 'Al4rm-Pass', 'mailer:']) {
    expect(ines.page.text).not.toContain(secret);
  }
  const material = [settings.HASH_KEYS, settings.SESSION_KEYS, settings.ENCRYPTION_KEYS]
    .flatMap((keys) => keys.split(','))
    .map((each) => each.split(':')[1]!);
  for (const each of material) expect(ines.page.text).not.toContain(each);
});

test('numbers the configured keys, and counts the secrets of each hash key', async () => {
  const { dataSource } = service;
  const [row] = await dataSource.query<[{ count: number }]>(
    'select count(*)::int as count from secrets where deleted_at is null and expires_at > $1',
    [service.clock.now()],
  );
  await look();
  expect(ines.words).toMatch(
    new RegExp(
      `Hash keys 7 Current \\d+ recovery codes, ${row.count} secrets Hash keys 3 Still read nothing Session keys 2 Current .* Encryption keys 9 Current \\d+ signing keys?, \\d+ authenticator apps Encryption keys 4 Still read nothing`,
    ),
  );
  await dataSource.query(
    `update secrets set key_number = 5 where id = (select id from secrets
       where deleted_at is null and expires_at > $1 limit 1)`,
    [service.clock.now()],
  );
  await look();
  expect(ines.words).toContain(
    'Hash key number 5 is not configured, and needed by: 1 secret. They do not work.',
  );
  const [sealing] = await dataSource.query<[{ n: number }]>(
    `with moved as (update totp_factors set sealed_key = decode('00000004', 'hex') || substr(sealed_key, 5)
       where user_id in (select user_id from totp_factors limit 2) returning 1)
     select count(*)::int as n from totp_factors`,
  );
  await dataSource.query(
    `insert into signing_keys (kid, sealed_key, public_jwk, created_at, signs_from)
     select 'lost', decode('00000006', 'hex') || sealed_key, public_jwk, created_at, signs_from
     from signing_keys limit 1`,
  );
  await look();
  expect(ines.words).toContain(`9 Current 1 signing key, ${sealing.n - 2} authenticator apps`);
  expect(ines.words).toContain('Encryption keys 4 Still read 2 authenticator apps');
  expect(ines.words).toContain(
    'Encryption key number 6 is not configured, and sealed with it: 1 signing key.',
  );
  await dataSource.query(`delete from signing_keys where kid = 'lost'`);
});

test('shows the keys that sign, with their ages, and the next rotation', async () => {
  await look();
  expect(ines.words).toMatch(/Signs Tue 1 December 2026, 09:00 UTC \d+ minutes?/);
  expect(ines.words).toContain(
    'The next key is published on Thu 31 December 2026, 07:00 UTC and signs from Thu 31 December 2026, 09:00 UTC',
  );
  await service.app.get(SigningKeys).rotate(theService);
  await look();
  expect(ines.words).toMatch(/Next Tue 1 December 2026, 11:0\d UTC in 2 hours/);
});

test('shows mails that wait and mails that were given up', async () => {
  await look();
  expect(ines.words).toContain('No mail waits.');
  const { dataSource, clock } = service;
  const insert = `insert into mails (id, kind, to_address, to_name, subject, message_id, state,
      server_answer, created_at, next_attempt_at, finished_at)
    values (gen_random_uuid(), 'notice', $1, 'X', 'About <x>', $1, $2, $3, $4, $5, $6)`;
  const at = (minutes: number) => new Date(clock.now().getTime() + minutes * 60_000);
  await dataSource.query(insert, ['late@x.example', 'due', '451 later', at(-90), at(5), null]);
  await dataSource.query(insert, ['gone@x.example', 'failed', '550 no', at(-60), null, at(-50)]);
  await dataSource.query(insert, ['old@x.example', 'failed', '550', at(-12000), null, at(-11000)]);
  await look();
  expect(ines.words).toContain('Mails wait for more than an hour (1 in the queue).');
  expect(ines.words).toMatch(/Notices 1 Tue 1 December 2026, 07:3\d UTC 451 later Tue 1 December/);
  expect(ines.words).toMatch(
    /Refused for good in the last 7 days: 1 .* gone@x.example About <x> 550 no/,
  );
  expect(ines.words).not.toContain('old@x.example');
});

test('says which head of the audit was mailed outside', async () => {
  await look();
  expect(ines.words).toContain('Head of the audit was not mailed outside yet');
  await service.app.get(AuditAnchors, { strict: false }).daily();
  await delivered(service.app);
  await look();
  expect(ines.words).toMatch(/Head of the audit of \w{3} \d+ December 2026, row \d+, sent on/);
});

test('says when a migration is missing, and lists the last runs', async () => {
  const { dataSource } = service;
  await service.app.get(Reminders).run();
  await look();
  expect(ines.words).toMatch(/Last runs Day State Reminders \w{3} \d+ \w+ 2026 Complete \d+ due/);
  await dataSource.query('delete from migrations where id = (select max(id) from migrations)');
  await look();
  expect(ines.words).toMatch(/Migrations: 1 of \d+ are not applied/);
});
