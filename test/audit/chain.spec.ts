import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { DataSource, EntityManager } from 'typeorm';
import { Audit, type Happening, theService } from '../../src/audit/audit.service.js';
import { AuditCheck, type SignedHead } from '../../src/audit/audit-check.service.js';
import type { Break } from '../../src/audit/chain.js';
import { FixedClock } from '../../src/platform/clock.js';
import { keysOf } from '../../src/platform/config/load.js';
import { AuditChain1795219206000 } from '../../migrations/1795219206000-audit-chain.js';
import { ChainAtOnce1795219320000 } from '../../migrations/1795219320000-chain-at-once.js';
import { testConfig } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { waitingFor } from '../support/race.js';

const clock = new FixedClock(new Date('2027-03-01T12:00:00Z'));
const keys = keysOf(testConfig());
const audit = new Audit(clock);
let database: TestDatabase;
let dataSource: DataSource;
let check: AuditCheck;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ dataSource } = database);
  check = new AuditCheck(dataSource, keys, clock);
  for (let n = 1; n <= 40; n++) await record(dataSource.manager, n);
});
afterAll(() => database.drop());

function record(tx: EntityManager, n: number): Promise<void> {
  const happening: Happening = {
    action: 'secret.create',
    subject: { kind: 'secret', id: null, name: `Schlüssel ${n}, "der" neue: ✓` },
    detail: { n, b: null, aa: ['1', { z: 1 }], note: n % 2 ? 'odd' : undefined },
  };
  return audit.record(tx, { ...theService, address: n % 3 ? '192.0.2.7' : null }, happening);
}

async function inSavepoint(tx: EntityManager, n: number, keep: boolean): Promise<void> {
  await tx.query('savepoint inner_one');
  await record(tx, n);
  await tx.query(keep ? 'release savepoint inner_one' : 'rollback to savepoint inner_one');
}

/** The events in the order of the chain, which is that of the commits. */
async function ids(): Promise<string[]> {
  const rows = await dataSource.query<{ id: string }[]>(
    'select event_id as id from audit_links order by position',
  );
  return rows.map(({ id }) => id);
}

/** Does harm past all triggers, as somebody with full power over the database could, and takes it back. */
async function broken(
  harm: (tx: EntityManager) => Promise<unknown>,
  kept?: SignedHead,
): Promise<Break | undefined> {
  const runner = dataSource.createQueryRunner();
  await runner.startTransaction();
  try {
    await runner.query(`set local session_replication_role = 'replica'`);
    await harm(runner.manager);
    const verdict = await check.verifyIn(runner.manager, kept);
    return verdict.intact ? undefined : verdict.broken;
  } finally {
    await runner.rollbackTransaction();
    await runner.release();
  }
}

describe('the chain of the audit (P3)', () => {
  test('is intact after ordinary work', async () => {
    expect(await check.verify()).toEqual({ intact: true, events: (await ids()).length });
  });

  test('refuses update, delete and truncate of events, links and head', async () => {
    const statements = [
      `update audit_events set outcome = 'refused'`,
      `delete from audit_events`,
      `truncate audit_events`,
      `update audit_links set position = position + 1`,
      `delete from audit_links`,
      `truncate audit_links`,
      `update audit_head set position = position - 1`,
      `delete from audit_head`,
      `truncate audit_head`,
    ];
    for (const statement of statements) {
      await expect(dataSource.query(statement)).rejects.toThrow(/never changed|only moves on/);
    }
  });

  test('knows no event of a transaction that was rolled back, and has no gap there', async () => {
    const before = await ids();
    await expect(
      dataSource.transaction(async (tx) => {
        await record(tx, 1);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    await record(dataSource.manager, 2);
    expect(await check.verify()).toEqual({ intact: true, events: before.length + 1 });
  });

  test('has all events of a transaction, also around a savepoint that was taken back', async () => {
    const before = await ids();
    await dataSource.transaction(async (tx) => {
      await inSavepoint(tx, 1, false);
      await record(tx, 2);
      await inSavepoint(tx, 3, true);
      await inSavepoint(tx, 4, false);
      // Chained here already; what comes after is chained at the end.
      await tx.query('set constraints all immediate');
      await tx.query('set constraints all deferred');
      await record(tx, 5);
    });
    expect(await check.verify()).toEqual({ intact: true, events: before.length + 3 });
    const names = await dataSource.query<{ name: string }[]>(
      `select subject_name as name from audit_events e join audit_links l on l.event_id = e.id
       order by l.position desc limit 3`,
    );
    expect(names.map(({ name }) => /\d/.exec(name)![0])).toEqual(['5', '3', '2']);
  });

  test('is locked only when all events of a transaction are written', async () => {
    const before = (await ids()).length;
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await audit.recordAll(
      runner.manager,
      theService,
      Array.from({ length: 2500 }, (_, n) => ({
        action: 'secret.create',
        subject: { kind: 'secret', id: null, name: `Many ${n}` },
      })),
    );
    await record(dataSource.manager, 1);
    await runner.commitTransaction();
    await runner.release();
    expect(await check.verify()).toEqual({ intact: true, events: before + 2501 });
  });

  test('takes 50 writers at once, each with two events and a lock of its own, without a gap', async () => {
    const before = (await ids()).length;
    const writers = 50;
    const other = await createWriters(4);
    const gate = dataSource.createQueryRunner();
    await gate.startTransaction();
    await gate.query('lock table audit_events in share mode');
    const work = Array.from({ length: writers }, (_, n) =>
      other[n % other.length]!.transaction(async (tx) => {
        await record(tx, n);
        await tx.query(`select pg_advisory_xact_lock($1)`, [n % 5]);
        await record(tx, n + 1000);
      }),
    );
    await waitingFor(gate, 20);
    await gate.commitTransaction();
    await gate.release();
    await Promise.all(work);
    expect(await check.verify()).toEqual({ intact: true, events: before + writers * 2 });
    await Promise.all(other.map((each) => each.destroy()));
  });

  test('chains what was there before it', async () => {
    const old = await createTestDatabase();
    const chain = new AuditChain1795219206000();
    const atOnce = new ChainAtOnce1795219320000();
    const runner = old.dataSource.createQueryRunner();
    await atOnce.down(runner);
    await chain.down(runner);
    for (let n = 0; n < 5; n++) await record(old.dataSource.manager, n);
    await chain.up(runner);
    await atOnce.up(runner);
    await runner.release();
    await record(old.dataSource.manager, 6);
    expect(await new AuditCheck(old.dataSource, keys, clock).verify()).toEqual({
      intact: true,
      events: 6,
    });
    await old.drop();
  });
});

async function createWriters(count: number): Promise<DataSource[]> {
  const { buildDataSource } = await import('../../src/platform/database/data-source.js');
  const { entities, migrations } = await import('../../src/schema.js');
  return Promise.all(
    Array.from({ length: count }, () =>
      buildDataSource(database.connection, entities, migrations, {
        poolSize: 6,
        statementTimeoutMs: 20_000,
      }).initialize(),
    ),
  );
}

describe('the check names the first broken link', () => {
  const columns = [
    `actor_name = actor_name || 'x'`,
    `action = 'secret.delete'`,
    `subject_name = 'another'`,
    `subject_id = gen_random_uuid()`,
    `actor_id = gen_random_uuid()`,
    `application_id = gen_random_uuid()`,
    `organisation_id = gen_random_uuid()`,
    `subject_kind = 'user'`,
    `outcome = 'refused'`,
    `detail = detail || '{"n": 77}'`,
    `address = '198.51.100.1'`,
    `at = at + interval '1 microsecond'`,
  ];

  test.each(columns)('when an event is altered: %s', async (column) => {
    const eventId = (await ids())[6]!;
    expect(
      await broken((tx) => tx.query(`update audit_events set ${column} where id = $1`, [eventId])),
    ).toEqual({ position: 7, eventId, problem: 'altered' });
  });

  test('after any of many random mutations', async () => {
    const all = await ids();
    const random = (below: number) => Math.floor(Math.random() * below);
    for (let round = 0; round < 70; round++) {
      const at = random(all.length);
      const [id, other] = [all[at]!, all[(at + 1 + random(all.length - 1)) % all.length]!];
      const first = Math.min(at, all.indexOf(other)) + 1;
      const harms: [string, unknown[], Break][] = [
        [
          columns[random(columns.length)]!.replace(/^/, 'update audit_events set ') +
            ' where id = $1',
          [id],
          { position: at + 1, eventId: id, problem: 'altered' },
        ],
        [
          `delete from audit_events where id = $1`,
          [id],
          { position: at + 1, eventId: id, problem: 'removed' },
        ],
        [
          `with gone as (delete from audit_events where id = $1)
           delete from audit_links where event_id = $1`,
          [id],
          { position: at + 1, problem: at + 1 === all.length ? 'cut' : 'missing' },
        ],
        [
          `with cut as (delete from audit_links where position >= $1 returning event_id)
           delete from audit_events e using cut where e.id = cut.event_id`,
          [at + 1],
          { position: at + 1, problem: 'cut' },
        ],
        [
          `update audit_events e set subject_name = o.subject_name || ' swapped', detail = o.detail
           from audit_events o where e.id in ($1, $2) and o.id in ($1, $2) and o.id <> e.id`,
          [id, other],
          { position: first, eventId: all[first - 1]!, problem: 'altered' },
        ],
        [
          `update audit_links l set event_id = case l.event_id when $1::bigint then $2::bigint
             else $1::bigint end + 1000000 where event_id in ($1::bigint, $2::bigint)`,
          [id, other],
          { position: first, eventId: expect.any(String) as never, problem: 'removed' },
        ],
        [
          `insert into audit_events (at, actor_name, action, subject_kind, subject_name, outcome)
           values (now(), 'nobody', 'role.give', 'user', $1, 'done') returning id`,
          [id],
          { position: 0, eventId: expect.any(String) as never, problem: 'added' },
        ],
      ];
      const [sql, values, expected] = harms[round % harms.length]!;
      expect({ round, broken: await broken((tx) => tx.query(sql, values)) }).toEqual({
        round,
        broken: expected,
      });
    }
  });

  test('when a chain was made anew, against a head that was kept outside', async () => {
    const kept = await check.head();
    const anew = async (tx: EntityManager) => {
      await tx.query(`update audit_events set subject_name = 'rewritten' where id = $1`, [
        (await ids())[3],
      ]);
      await tx.query(`delete from audit_links`);
      await tx.query(`do $$ declare e audit_events; n bigint := 0; h bytea := decode(repeat('00', 32), 'hex');
        begin for e in select * from audit_events order by id loop
          n := n + 1; h := sha256(h || audit_content(e));
          insert into audit_links values (n, e.id, h);
        end loop; update audit_head set position = n, hash = h; end $$`);
    };
    expect(await broken(anew)).toBeUndefined();
    expect(await broken(anew, kept)).toMatchObject({ position: kept.position, problem: 'altered' });
    await record(dataSource.manager, 1);
    expect(await check.verify(kept)).toMatchObject({ intact: true });
  });

  test('and takes no head that this installation did not sign', async () => {
    const kept = await check.head();
    const changed = [
      { ...kept, position: kept.position - 1 },
      { ...kept, hash: 'ab'.repeat(32) },
      { ...kept, signature: 'ab'.repeat(32) },
      { ...kept, signature: '' },
    ];
    for (const head of changed) {
      expect(() => check.verify(head)).toThrow('not from this installation');
    }
  });

  test('when head and chain part', async () => {
    const { position } = await check.head();
    const head = (sql: string) => broken((tx) => tx.query(`update audit_head set ${sql}`));
    expect(await head('position = position + 3')).toEqual({
      position: position + 1,
      problem: 'cut',
    });
    expect(await head('position = position - 3')).toEqual({
      position: position - 2,
      problem: 'added',
    });
    expect(await head(`hash = sha256('x')`)).toEqual({ position, problem: 'head' });
  });
});
