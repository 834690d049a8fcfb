import { QueryFailedError } from 'typeorm';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import { describeDatabaseError } from '../../src/platform/database/redacting-logger.js';
import { checkPooled } from '../../src/platform/database/pooled.js';
import { queryPrepared, runPrepared } from '../../src/platform/database/prepared.js';
import { unavailable } from '../../src/platform/database/unavailable.js';
import { databaseErrorCode, inTransaction, violated } from '../../src/platform/database/tx.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
  await database.dataSource.query(
    `create table person (name text constraint person_name unique, age int)`,
  );
});

afterAll(() => database.drop());

const insert = 'insert into person (name, age) values ($1, $2)';

describe('the data source', () => {
  it('works in UTC whatever the server prefers', async () => {
    await database.dataSource.query(
      `do $$ begin execute format('alter database %I set timezone = %L',
        current_database(), 'Asia/Tokyo'); end $$`,
    );
    const fresh = buildDataSource(database.connection, [], []);
    await fresh.initialize();
    expect(await fresh.query('show timezone')).toEqual([{ TimeZone: 'UTC' }]);
    await fresh.destroy();
  });

  it('connects by URL, also to a socket, and says who it is', async () => {
    const { host, port, user, database: name } = database.connection;
    const url = `postgresql://${user}@/${name}?host=${encodeURIComponent(host)}&port=${port}`;
    const byUrl = buildDataSource({ url }, [], []);
    await byUrl.initialize();
    const rows: unknown = await byUrl.query(
      `select current_database() as name, current_setting('application_name') as application`,
    );
    expect(rows).toEqual([{ name, application: 'keyturn' }]);
    await byUrl.destroy();
  });

  it('ends a statement that takes too long', async () => {
    const options = { statementTimeoutMs: 50, log: () => undefined };
    const impatient = buildDataSource(database.connection, [], [], options);
    await impatient.initialize();
    const error: unknown = await impatient.query('select pg_sleep(5)').catch((e: unknown) => e);
    expect(databaseErrorCode(error)).toBe('57014');
    await impatient.destroy();
  });

  it('waits neither for a lock nor for a connection for long, and calls both unavailable', async () => {
    const options = { poolSize: 1, lockTimeoutMs: 50, connectWithinMs: 50, log: () => undefined };
    const impatient = buildDataSource(database.connection, [], [], options);
    await impatient.initialize();
    await inTransaction(database.dataSource, async (tx) => {
      await tx.query('lock table person');
      const late: unknown = await impatient.query('select * from person').catch((e: unknown) => e);
      expect(databaseErrorCode(late)).toBe('55P03');
      expect(unavailable(late)).toBe(true);
    });
    const runner = impatient.createQueryRunner();
    await runner.connect();
    expect(unavailable(await impatient.query('select 1').catch((e: unknown) => e))).toBe(true);
    await runner.release();
    expect(await impatient.query('select 1 as one')).toEqual([{ one: 1 }]);
    await impatient.destroy();
  });

  it('relies on nothing of a session behind a pooler, and says what the role must have', async () => {
    const pooled = buildDataSource(database.connection, [], [], { pooled: true, poolSize: 1 });
    await pooled.initialize();
    const refusal: unknown = await checkPooled(pooled).catch((e: unknown) => e);
    expect((refusal as Error).message.split('\n').slice(1)).toEqual([
      // The zone is that of the first test, in a database that was asked to have another.
      `  alter role ${database.connection.user} set TimeZone = 'UTC';`,
      `  alter role ${database.connection.user} set statement_timeout = '5s';`,
      `  alter role ${database.connection.user} set lock_timeout = '2s';`,
      `  alter role ${database.connection.user} set idle_in_transaction_session_timeout = '30s';`,
    ]);
    await pooled.query(
      `do $$ declare setting text; begin
        foreach setting in array array['timezone = UTC', 'statement_timeout = 9000', 'lock_timeout = 9000',
          'idle_in_transaction_session_timeout = 9000']
        loop execute format('alter database %I set ', current_database()) || setting; end loop; end $$`,
    );
    await pooled.destroy();
    const again = buildDataSource(database.connection, [], [], { pooled: true, poolSize: 1 });
    await again.initialize();
    await checkPooled(again);
    const one = { name: 'one', text: 'select $1::int as one' };
    await queryPrepared(again.manager, one, [1]);
    expect(await again.query('select from pg_prepared_statements')).toEqual([]);
    const named = {
      name: 'named',
      text: 'select array(select name from pg_prepared_statements) n',
    };
    await runPrepared(again, named, []);
    await runPrepared(again, named, []);
    expect(await runPrepared(again, named, [])).toEqual([{ n: [] }]);
    await again.destroy();
  });

  it('logs a failure without the values in it', async () => {
    const lines: string[] = [];
    const log = (level: string, message: string) => lines.push(`${level} ${message}`);
    const logged = buildDataSource(database.connection, [], [], { log });
    await logged.initialize();
    await expect(logged.query(insert, ['bob', 'ada@example.org'])).rejects.toThrow('invalid input');
    await logged.destroy();
    expect(lines).toEqual([`error SQLSTATE 22P02 in: ${insert}`]);
  });
});

describe('the description of a database error', () => {
  it('names the constraint, not the row', async () => {
    await database.dataSource.query(insert, ['ada@example.org', 36]);
    const again = database.dataSource.query(insert, ['ada@example.org', 36]);
    const error: unknown = await again.catch((e: unknown) => e);
    expect(describeDatabaseError(error)).toBe(
      'SQLSTATE 23505, table person, constraint person_name: ' +
        'duplicate key value violates unique constraint "person_name"',
    );
  });
});

describe('a transaction', () => {
  it('is kept as a whole or not at all', async () => {
    const { dataSource } = database;
    const kept = await inTransaction(dataSource, async (tx) => {
      await tx.query(insert, ['kept', 1]);
      return 'result';
    });
    const refused = inTransaction(dataSource, async (tx) => {
      await tx.query(insert, ['lost', 1]);
      throw new Error('changed my mind');
    });
    await expect(refused).rejects.toThrow('changed my mind');
    expect(kept).toBe('result');
    const rows: unknown = await dataSource.query(
      `select name from person where name in ('kept', 'lost')`,
    );
    expect(rows).toEqual([{ name: 'kept' }]);
  });

  it('tells which constraint was violated', async () => {
    const failing = inTransaction(database.dataSource, async (tx) => {
      await tx.query(insert, ['twice', 1]);
      await tx.query(insert, ['twice', 1]);
    });
    const error: unknown = await failing.catch((e: unknown) => e);
    expect(error).toBeInstanceOf(QueryFailedError);
    expect(violated(error, 'person_name')).toBe(true);
    expect(violated(error, 'another_name')).toBe(false);
    expect(violated(new Error('person_name'), 'person_name')).toBe(false);
  });
});
