import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { violated } from '../../src/platform/database/tx.js';
import { startTestApp, type TestApp } from '../support/app.js';

const many = 1_300;
let service: TestApp;
let ids: string[];

beforeAll(async () => {
  service = await startTestApp();
  const { dataSource, clock } = service;
  const rows = await dataSource.query<{ id: string }[]>(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
     select gen_random_uuid(), a.id, 'Many ' || n, 'abc', sha256(n::text::bytea), 1, $1,
       $1::timestamptz + interval '90 days'
     from (select id from applications limit 1) a, generate_series(1, $2::int) n returning id`,
    [clock.now(), many],
  );
  ids = rows.map(({ id }) => id).sort();
});
afterAll(() => service.close());

const counted = () =>
  service.dataSource.query<{ uses: string; secrets: string; used: string }[]>(
    `select coalesce(sum(count), 0)::text as uses, count(*)::text as secrets,
       (select count(*)::text from secrets where id = any($1) and last_used_at is not null) as used
     from secret_uses where secret_id = any($1)`,
    [ids],
  );

test('uses of many secrets are written in parts; a part that fails comes again, and none twice', async () => {
  const uses = service.app.get(SecretUses, { strict: false });
  for (const id of ids) uses.note(id, '192.0.2.1', service.clock.now());
  const holder = service.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('select from secrets where id = $1 for update', [ids[1_100]]);
  await uses.flush();
  const [some] = await counted();
  expect(some).toEqual({ uses: '1000', secrets: '1000', used: '1000' });
  await holder.rollbackTransaction();
  await holder.release();
  for (const id of ids) uses.note(id, '192.0.2.1', service.clock.now());
  await Promise.all([uses.flush(), uses.flush()]);
  const [all] = await counted();
  expect(all).toEqual({ uses: String(2 * many), secrets: String(many), used: String(many) });
});

test('what can never be written takes nothing else with it', async () => {
  const uses = service.app.get(SecretUses, { strict: false });
  const { dataSource, clock } = service;
  const seen = async () => {
    const rows = await dataSource.query<{ last_used_at: Date }[]>(
      'select last_used_at from secrets where id = any($1)',
      [ids],
    );
    return rows.filter((row) => row.last_used_at.getTime() === clock.now().getTime()).length;
  };
  clock.advance(60_000);
  for (const id of ids) uses.note(id, '192.0.2.1', clock.now());
  // Longer than an index takes, and of random characters, so that it cannot be made shorter.
  uses.note(ids[7]!, randomBytes(6_000).toString('hex'), clock.now());
  await uses.flush();
  expect(await seen()).toBe(many - 1);
});

test('uses are counted by day, also around midnight, with every address from which they came', async () => {
  const uses = service.app.get(SecretUses, { strict: false });
  const { dataSource } = service;
  const id = ids[0]!;
  await dataSource.query(`delete from secret_uses where secret_id = $1`, [id]);
  await dataSource.query(`delete from secret_addresses where secret_id = $1`, [id]);
  const times: [string, string][] = [
    ['23:59:58', '192.0.2.1'],
    ['23:59:59', '192.0.2.2'],
    ['23:59:59', '192.0.2.1'],
  ];
  for (const [time, address] of times) {
    uses.note(id, address, new Date(`2026-12-24T${time}Z`));
  }
  uses.note(id, '192.0.2.1', new Date('2026-12-25T00:00:01Z'));
  await uses.flush();
  const days = await dataSource.query<object[]>(
    `select day::text, count::int from secret_uses where secret_id = $1 order by day`,
    [id],
  );
  expect(days).toEqual([
    { day: '2026-12-24', count: 3 },
    { day: '2026-12-25', count: 1 },
  ]);
  const addresses = await dataSource.query<object[]>(
    `select address, last_used_at::text as at from secret_addresses where secret_id = $1 order by 1`,
    [id],
  );
  expect(addresses).toEqual([
    { address: '192.0.2.1', at: '2026-12-25 00:00:01+00' },
    { address: '192.0.2.2', at: '2026-12-24 23:59:59+00' },
  ]);
});

test.each(['application_id', 'created_at', 'expires_at', 'digest', 'hint'])(
  'a secret keeps its first %s',
  async (column) => {
    const values: Record<string, string> = {
      application_id: '(select id from applications order by id desc limit 1)',
      created_at: "created_at - interval '1 day'",
      expires_at: "expires_at + interval '1 day'",
      digest: "sha256('another')",
      hint: "'xyz'",
    };
    const [other] = await service.dataSource.query<{ id: string }[]>(
      `select id from secrets where application_id <> ${values.application_id} limit 1`,
    );
    const change = service.dataSource.query(
      `update secrets set ${column} = ${values[column]} where id = $1`,
      [other!.id],
    );
    const error: unknown = await change.catch((each: unknown) => each);
    expect(violated(error, `secrets_${column}_frozen`)).toBe(true);
  },
);
