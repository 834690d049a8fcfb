import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditCheck } from '../../src/audit/audit-check.service.js';
import { ends } from '../../src/audit/audit.service.js';
import { Roles } from '../../src/applications/roles.service.js';
import { Factors } from '../../src/authentication/factor.service.js';
import { replay, replayable } from '../../src/cli/replay.js';
import { inTransaction } from '../../src/platform/database/tx.js';
import { readJournal } from '../../src/platform/journal/read-journal.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { Secrets } from '../../src/secrets/secrets.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/*
 * Two databases that are the same to begin with: one goes on, with a journal; the other is what a backup of that
 * day gives back.
 */
let lived: Awaited<ReturnType<TestApp['secondInstance']>>;
let live: TestApp;
let restored: TestApp;
let folder: string;
const code = 'aaaa-bbbb-cccc-dddd';
const codeId = randomUUID();

beforeAll(async () => {
  [live, restored] = [await startTestApp(), await startTestApp()];
  folder = (await temporaryFolder()).path;
  live.config.JOURNAL_DIR = join(folder, 'journal');
  lived = await live.secondInstance();
  for (const { dataSource, platform } of [live, restored]) {
    await dataSource.query(
      `insert into recovery_codes (id, user_id, digest, created_at)
       select $1, id, $2, created_at from users where email = 'anna@matchpunt.example'`,
      [codeId, platform.keys.digest('recovery code', 'aaaabbbbccccdddd').digest],
    );
  }
});
afterAll(async () => {
  await lived.close();
  await live.close();
  await restored.close();
});

async function one<T>(service: TestApp, sql: string, values: unknown[] = []): Promise<T> {
  const [row] = await service.dataSource.query<T[]>(sql, values);
  return row!;
}

const idOf = async (email: string) =>
  (await one<{ id: string }>(live, 'select id from users where email = $1', [email])).id;

interface Row {
  id: string;
  application: string;
}

/** Three that work, of an application of Anna's. */
async function secrets(): Promise<Row[]> {
  const anna = await idOf('anna@matchpunt.example');
  return live.dataSource.query<Row[]>(
    `select s.id, s.application_id as application from secrets s
       join role_assignments r on r.application_id = s.application_id and r.user_id = $1
     where s.deleted_at is null and s.disabled_at is null and s.expires_at > $2
       and r.withdrawn_at is null order by s.expires_at desc limit 3`,
    [anna, live.clock.now()],
  );
}

const state = (service: TestApp, { id }: Row) =>
  one<object>(service, 'select deleted_at as gone, disabled_at as off from secrets where id = $1', [
    id,
  ]);

test('a restored backup revives nothing and mails nothing twice', async () => {
  const [gone, off, on] = await secrets();
  const anna = { id: await idOf('anna@matchpunt.example'), name: 'Anna', address: null };
  const ines = { id: await idOf('ines@keyturn.example'), name: 'Ines', address: null };
  const at = live.clock.now();
  const use = lived.app.get(Secrets);
  await use.delete(anna, gone!.application, gone!.id);
  await use.switchOff(anna, off!.application, off!.id);
  await use.switchOff(anna, on!.application, on!.id);
  live.clock.advance(1_000);
  await use.switchOn(anna, on!.application, on!.id);
  await inTransaction(live.dataSource, (tx) =>
    lived.app.get(Factors).useRecoveryCode(tx, anna.id, code),
  );
  const role = await one<{ id: string }>(
    live,
    // Somebody is left to be reminded, so that the support is told nothing.
    `select r.id from role_assignments r where r.role = 'credential_manager'
       and r.withdrawn_at is null and r.user_id <> $1
       and exists (select from role_assignments o where o.application_id = r.application_id
         and o.user_id = $1 and o.withdrawn_at is null) limit 1`,
    [anna.id],
  );
  await lived.app.get(Roles).withdraw(ines, role.id);
  const ran = await lived.app.get(Reminders).run();
  expect(ran!.sent).toBeGreaterThan(0);

  // The database is lost; what there is, is the backup.
  const facts = await readJournal(live.config.JOURNAL_DIR!);
  expect(JSON.stringify(facts)).not.toMatch(/@|matchpunt/i);
  const now = restored.clock.now();
  await restored.signedIn('anna@matchpunt.example');
  const changed = await inTransaction(restored.dataSource, (tx) => replay(tx, facts, now));
  expect(changed.get('secret.delete')).toBe(1);
  expect(await state(restored, gone!)).toEqual({ gone: at, off: null });
  expect(await state(restored, off!)).toEqual({ gone: null, off: at });
  expect(await state(restored, on!)).toEqual({ gone: null, off: null });
  expect(
    await one(
      restored,
      'select withdrawn_at is not null as ended from role_assignments where id = $1',
      [role.id],
    ),
  ).toEqual({ ended: true });
  await expect(
    inTransaction(restored.dataSource, (tx) =>
      restored.app.get(Factors).useRecoveryCode(tx, anna.id, code),
    ),
  ).rejects.toThrow();
  expect(await one(restored, 'select count(*)::int as count from sessions')).toEqual({ count: 0 });
  await delivered(restored.app);
  const before = restored.mailer.sent.length;
  restored.clock.set(live.clock.now());
  const again = await restored.app.get(Reminders).run({ force: true });
  await delivered(restored.app);
  expect(again!.sent).toBe(0);
  expect(restored.mailer.sent.slice(before).map(({ subject }) => subject)).toEqual([]);
  expect(await restored.app.get(AuditCheck).verify()).toMatchObject({ intact: true });
  // A second time changes nothing.
  const twice = await inTransaction(restored.dataSource, (tx) => replay(tx, facts, now));
  const { count } = await one<{ count: number }>(
    restored,
    `select count(*)::int as count from secrets where disabled_at = $1`,
    [at],
  );
  expect([twice.get('secret.delete'), twice.get('reminder.send'), count]).toEqual([0, 0, 1]);
});

test('what cannot be written does not happen', async () => {
  const [secret] = await secrets();
  const anna = { id: await idOf('anna@matchpunt.example'), name: 'Anna', address: null };
  const file = join(folder, 'no-folder');
  await writeFile(file, '');
  live.config.JOURNAL_DIR = join(file, 'journal');
  const stuck = await live.secondInstance();
  const refused = stuck.app.get(Secrets).delete(anna, secret!.application, secret!.id);
  await expect(refused).rejects.toMatchObject({ code: '53100' });
  expect(await state(live, secret!)).toEqual({ gone: null, off: null });
  await stuck.close();
});

test('a line that was cut off is left out, one that was altered stops the replay', async () => {
  const journal = join(folder, 'journal');
  const [name] = await readdir(journal);
  const whole = await readJournal(journal);
  await appendFile(join(journal, name!), '{"at":"2026-');
  expect(await readJournal(journal)).toEqual(whole);
  const text = await readFile(join(journal, name!), 'utf8');
  await writeFile(join(journal, name!), text.replace('"fact"', 'fact'));
  await expect(readJournal(journal)).rejects.toThrow(/line 1: not a line of the journal/);
});

test('each fact that is kept can be made true again', () => {
  expect(replayable).toEqual(expect.arrayContaining([...ends]));
});
