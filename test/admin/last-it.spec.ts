import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Users } from '../../src/users/users.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';
import { csrfOf, idOf, it } from './cast.js';

const other = 'bram@matchpunt.example';

let service: TestApp;
let sessions: { browser: Visitor; id: string; role: string }[];

beforeAll(async () => {
  service = await startTestApp();
  const bram = await idOf(service, 'users', 'email', other);
  await service.dataSource.query('delete from role_assignments where user_id = $1', [bram]);
  await service.dataSource.query('update users set organisation_id = null where id = $1', [bram]);
  const ines = await service.signedIn(it);
  await ines.get(`/admin/users/${bram}`);
  await ines.submit({}, `/admin/users/${bram}/it`);
  sessions = [
    { browser: ines, id: await idOf(service, 'users', 'email', it), role: '' },
    { browser: await service.signedIn(other), id: bram, role: '' },
  ];
  for (const session of sessions) {
    await session.browser.get('/admin/audit');
    const [row] = await service.dataSource.query<{ id: string }[]>(
      `select id from role_assignments where user_id = $1 and role = 'it'`,
      [session.id],
    );
    session.role = row!.id;
  }
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.dataSource.query('update users set closed_at = null where email in ($1, $2)', [
    it,
    other,
  ]);
  await service.dataSource.query(
    `update role_assignments set withdrawn_at = null, withdrawn_by = null where role = 'it'`,
  );
});

/** Both post at once: they are held at the accounts until both have come. */
async function atOnce(path: (whom: { id: string; role: string }) => string) {
  const lock = service.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query(`select 1 from users where email in ($1, $2) for no key update`, [it, other]);
  const answers = sessions.map(({ browser }, number) =>
    browser.send(
      'POST',
      path(sessions[1 - number]!),
      new URLSearchParams(csrfOf(browser)).toString(),
    ),
  );
  await waitingFor(lock, 2);
  await lock.commitTransaction();
  await lock.release();
  const done = await Promise.all(answers);
  const refused = done.find(({ status }) => status === 409);
  return { statuses: done.map(({ status }) => status).sort(), text: await refused?.text() };
}

async function liveIt(): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from role_assignments r join users u on u.id = r.user_id
     where r.role = 'it' and r.withdrawn_at is null and u.closed_at is null`,
  );
  return row!.count;
}

test.each([
  ['withdraw the role of', ({ role }: { role: string }) => `/admin/roles/${role}/withdraw`],
  ['close the account of', ({ id }: { id: string }) => `/admin/users/${id}/close`],
])('of two people who %s each other at once, one stays in IT (C6)', async (_, path) => {
  const { statuses, text } = await atOnce(path);
  expect(statuses).toEqual([303, 409]);
  expect(text).toContain('Your own IT role has ended meanwhile.');
  expect(await liveIt()).toBe(1);
});

test('nobody closes the last account in IT, not even the service itself', async () => {
  const users = service.app.get(Users);
  await users.close(theService, sessions[1]!.id);
  await expect(users.close(theService, sessions[0]!.id)).rejects.toThrow(
    'Nobody would be left in IT',
  );
  expect(await liveIt()).toBe(1);
});
