import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { filedAtMost, openAtMost } from '../../src/applications/role-requests.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';
import {
  countEvents,
  csrfOf,
  errorAt,
  foreigner,
  idOf,
  it,
  lastEvents,
  leaver,
  manager,
  nowhere,
  optionsAt,
  orgAdmin,
  valueAt,
} from './cast.js';

const dm = 'Partner-NL-Matchpunt-DM';
const bram = 'bram@matchpunt.example';
const asking = '/role-requests';
const queue = '/admin/role-requests';

let service: TestApp;
let olga: Visitor;
let ines: Visitor;
let dmRole: string;
const userId = (email: string) => idOf(service, 'users', 'email', email);

beforeAll(async () => {
  service = await startTestApp();
  olga = await service.signedIn(orgAdmin);
  ines = await service.signedIn(it);
  dmRole = `credential_manager ${await idOf(service, 'applications', 'name', dm)}`;
});
afterAll(() => service.close());
afterEach(async () => {
  await service.dataSource.query('delete from role_requests');
  await service.dataSource.query(
    `delete from role_assignments r using users u where u.id = r.user_id and r.confirmed_by = $1`,
    ['Olga de Wit'],
  );
});

async function ask(fields: Record<string, string>) {
  await olga.get(`${asking}/new`);
  return olga.submit({ role: dmRole, ...fields }, asking);
}

/** Presses the button of the only request in the queue. */
async function decide(browser: Visitor, how: 'approve' | 'decline', reason = '') {
  await browser.get(queue);
  const link = new RegExp(`"(${queue}/[0-9a-f-]{36}/${how})"`).exec(browser.page.text)![1]!;
  if (how === 'decline') await browser.get(link);
  return browser.submit({ reason }, link);
}

async function mails() {
  await delivered(service.app);
  return service.mailer.sent.splice(0).map(({ to, subject, text }) => ({
    to: to.address,
    subject,
    text: text.replace(/\s+/g, ' '),
  }));
}

describe('a request for somebody with an account (R5)', () => {
  test('is filed, counted, approved with one click, and is the confirmation on record', async () => {
    await mails();
    await ask({ userId: await userId(bram), lastDay: '2026-12-24' });
    expect(olga.page.path).toBe(`${asking}?done=role-asked`);
    expect(olga.words).toMatch(
      /Bram Jansen bram@matchpunt.example Credential manager Partner-NL-Matchpunt-DM Thu 24 December 2026 Olga de Wit .* Waits for IT Withdraw/,
    );
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'role_request.file',
        actor: 'Olga de Wit',
        subject: bram,
        detail: { role: 'credential_manager', application: dm, lastDay: '2026-12-24' },
      },
    ]);
    expect(await mails()).toMatchObject([
      { to: 'support@keyturn.example', subject: 'A role is asked for: Stichting Matchpunt' },
    ]);

    await ines.get('/admin/organisations');
    expect(ines.words).toContain('Role requests 1 open');
    await decide(ines, 'approve');
    expect(ines.page.path).toBe(`${queue}?done=request-approved`);
    expect(ines.words).toContain('Nothing waits');
    expect(ines.words).not.toContain('1 open');
    const [given, approved] = await lastEvents(service, 2);
    expect(approved).toMatchObject({
      action: 'role_request.approve',
      actor: 'Inês Carvalho',
      subject: bram,
      detail: { role: 'credential_manager', application: dm, requestedBy: 'Olga de Wit' },
    });
    expect(given).toMatchObject({
      action: 'role.give',
      detail: { confirmedBy: 'Olga de Wit', confirmedOn: '2026-12-01', lastDay: '2026-12-24' },
    });
    expect(await mails()).toMatchObject([
      { to: orgAdmin, subject: `Done: Bram Jansen is credential manager of ${dm} now` },
    ]);
    await olga.get(asking);
    expect(olga.words).toMatch(/Approved Inês Carvalho, Tue 1 December 2026/);
    await ines.get(`${queue}?show=decided`);
    expect(ines.words).toMatch(/Bram Jansen .* Approved Inês Carvalho, Tue 1 December 2026/);
    const his = await service.signedIn(bram);
    const path = `/manage-api-credentials/${dmRole.split(' ')[1]}/secrets/new`;
    expect((await his.get(path)).status).toBe(200);

    await ask({ userId: await userId(bram) });
    expect(olga.page.status).toBe(409);
    expect(olga.words).toContain('This person has this role already.');
  });

  test('is declined with a reason that both sides read', async () => {
    await ask({ userId: await userId(bram) });
    await mails();
    await decide(ines, 'decline', '  ');
    expect(ines.page.status).toBe(422);
    expect(errorAt(ines, 'reason')).toBe('Type why. Whoever asked reads it.');
    await ines.submit({ reason: 'x'.repeat(301) });
    expect(errorAt(ines, 'reason')).toMatch(/300 characters/);
    await ines.submit({ reason: 'He <left> the team; ask for Noor.' });
    expect(ines.page.path).toBe(`${queue}?done=request-declined`);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'role_request.decline', detail: { reason: 'He <left> the team; ask for Noor.' } },
    ]);
    const [mail] = await mails();
    expect(mail).toMatchObject({ to: orgAdmin });
    expect(mail!.text).toContain('IT has declined it: He <left> the team; ask for Noor.');
    await olga.get(asking);
    expect(olga.words).toMatch(/Declined Inês Carvalho, .* He <left> the team; ask for Noor\./);
    expect(olga.page.text).not.toContain('<left>');
  });

  test('is withdrawn, and then no longer in the queue', async () => {
    await ask({ userId: await userId(bram) });
    await ines.get(queue);
    const approve = ines.form().action;
    const { action } = olga.form();
    await olga.submit({}, action);
    expect(olga.page.path).toBe(`${asking}?done=role-not-asked`);
    expect(await lastEvents(service)).toMatchObject([{ action: 'role_request.withdraw' }]);
    await olga.post(action, csrfOf(olga));
    expect(olga.page.status).toBe(409);
    await ines.post(approve, csrfOf(ines));
    expect(ines.page.status).toBe(409);
    expect(ines.words).toContain('Olga de Wit has withdrawn this request already, on Tue 1');
    await ines.get(approve.replace('approve', 'decline'));
    expect(ines.page.path).toBe(queue);
  });

  test('is not filed twice', async () => {
    const before = await countEvents(service);
    await ask({ userId: await userId(bram) });
    await ask({ userId: 'new', email: 'BRAM@matchpunt.example', name: 'B' });
    expect(olga.page.status).toBe(409);
    expect(olga.words).toContain('This is asked for already');
    expect(await countEvents(service)).toBe(before + 1);
    // Another role for the same person is another question.
    await ask({ userId: await userId(bram), role: 'org_admin' });
    expect(olga.page.path).toBe(`${asking}?done=role-asked`);
  });

  test('cannot be filed without end', async () => {
    await service.dataSource.query(
      `insert into role_requests (id, organisation_id, role, email, name, requested_by, requested_at, state)
       select gen_random_uuid(), organisation_id, 'org_admin', 'p' || n || '@matchpunt.example', 'P',
         id, $2, 'open' from users, generate_series(1, $3::int) n where email = $1`,
      [orgAdmin, service.clock.now(), openAtMost],
    );
    await ask({ userId: await userId(bram) });
    expect(olga.page.status).toBe(409);
    expect(olga.words).toContain(`has ${openAtMost} open requests`);
  });

  test('cannot be filed and withdrawn without end: each is a mail to support', async () => {
    const file = (count: number, hoursAgo: number) =>
      service.dataSource.query(
        `insert into role_requests (id, organisation_id, role, email, name, requested_by, requested_at,
           state, decided_by, decided_at)
         select gen_random_uuid(), organisation_id, 'org_admin', 'p' || n || '@matchpunt.example', 'P',
           id, $2, 'withdrawn', id, $2 from users, generate_series(1, $3::int) n where email = $1`,
        [orgAdmin, new Date(service.clock.now().getTime() - hoursAgo * 3_600_000), count],
      );
    await file(5, 24);
    await file(filedAtMost - 1, 23);
    await ask({ userId: await userId(bram) });
    expect(olga.page.path).toBe(`${asking}?done=role-asked`);
    await mails();
    await ask({ userId: await userId(bram), role: 'org_admin' });
    expect(olga.page.status).toBe(409);
    expect(olga.words).toContain(
      `has filed ${filedAtMost} requests in 24 hours, which is the most. Go on tomorrow, or write to support@keyturn.example.`,
    );
    expect(await mails()).toEqual([]);
  });

  test('of a role that cannot be given any more is told to IT, and stays open', async () => {
    await ask({ userId: await userId(bram), lastDay: '2026-12-01' });
    await service.dataSource.query(`update role_requests set last_day = '2026-11-30'`);
    await decide(ines, 'approve');
    expect(ines.page.status).toBe(409);
    expect(ines.words).toContain('The last day that was asked for is over. Decline the request');
    expect(ines.words).toMatch(/Open \(1\).* Bram Jansen .* The last day is over\. Approve/);
  });
});

describe('a request for somebody new', () => {
  test('invites them when it is approved', async () => {
    await ask({ userId: 'new', name: ' Fleur  Mulder ', email: 'Fleur@Matchpunt.example' });
    expect(olga.page.path).toBe(`${asking}?done=role-asked`);
    expect(await service.dataSource.query(`select 1 from users where name like 'Fleur%'`)).toEqual(
      [],
    );
    await mails();
    await ines.get(queue);
    expect(ines.words).toMatch(/Fleur Mulder fleur@matchpunt.example Will be invited/);
    await decide(ines, 'approve');
    const events = await lastEvents(service, 3);
    expect(events.map(({ action }) => action)).toEqual([
      'role.give',
      'user.invite',
      'role_request.approve',
    ]);
    expect((await mails()).map(({ to }) => to).sort()).toEqual([
      'fleur@matchpunt.example',
      orgAdmin,
    ]);
  });

  test.each([
    ['Grace', foreigner, dm],
    ['Grace, org admin there', foreigner, 'org_admin'],
    ['somebody of IT', it, dm],
  ])('says nothing of %s, and IT reads why it cannot be', async (_, email, role) => {
    await ask({ userId: 'new', name: 'Grace', email, role: role === dm ? dmRole : role });
    expect(olga.page.path).toBe(`${asking}?done=role-asked`);
    await ines.get(queue);
    expect(ines.words).toContain(
      'The address belongs to an account outside Stichting Matchpunt: this cannot be approved. Approve',
    );
    expect(ines.words).not.toContain('Will be invited');
    const before = await countEvents(service);
    await decide(ines, 'approve');
    expect(ines.page.status).toBe(409);
    expect(ines.words).toContain('does not belong to Stichting Matchpunt');
    expect(await countEvents(service)).toBe(before);
  });

  test.each([
    [{ role: '' }, 'role', /Choose a role/],
    [{ role: `credential_manager ${nowhere}` }, 'role', /Choose a role/],
    [{ role: 'it' }, 'role', /Choose a role/],
    [{ userId: '' }, 'userId', /Choose someone/],
    [{ userId: nowhere }, 'userId', /Choose someone/],
    [{ email: 'nobody' }, 'email', /e-mail address/],
    [{ email: leaver }, 'email', /is closed/],
    [{ name: 'a\u0000b' }, 'name', /control characters/],
    [{ lastDay: '2026-11-30' }, 'lastDay', /today or a later day/],
    [{ lastDay: '2026-02-30' }, 'lastDay', /today or a later day/],
  ])('refuses %j and keeps the rest', async (wrong, field, sentence) => {
    const before = await countEvents(service);
    const good = { userId: 'new', name: 'Fien Bos', email: 'fien@matchpunt.example' };
    await ask({ ...good, ...wrong });
    expect(olga.page.status).toBe(422);
    expect(errorAt(olga, field)).toMatch(sentence);
    if (field !== 'name') expect(valueAt(olga, 'name')).toBe('Fien Bos');
    if (field !== 'role') expect(optionsAt(olga, 'role').chosen).toBe(dmRole);
    expect(await countEvents(service)).toBe(before);
  });
});

describe('others (R8)', () => {
  test('an org admin of another organisation sees and changes nothing', async () => {
    await ask({ userId: await userId(bram) });
    const { action } = olga.form();
    const grace = await service.signedIn(foreigner);
    await grace.get(asking);
    expect(grace.words).not.toContain('Bram');
    await grace.post(action, csrfOf(grace));
    expect(grace.page.status).toBe(404);
    await grace.get(`${asking}/new`);
    const [people, roles] = ['userId', 'role'].map((name) => optionsAt(grace, name).values);
    expect(people).not.toContain(await userId(bram));
    expect(roles).not.toContain(dmRole);
    await grace.submit({ role: dmRole, userId: await userId(foreigner) }, asking);
    expect(errorAt(grace, 'role')).toMatch(/Choose a role/);
    await grace.submit({ role: 'org_admin', userId: await userId(bram) }, asking);
    expect(errorAt(grace, 'userId')).toMatch(/Choose someone/);
  });

  test.each(['approve', 'decline'])('nothing has no id to %s', async (how) => {
    await ines.get(queue);
    await ines.post(`${queue}/${nowhere}/${how}`, { ...csrfOf(ines), reason: 'No.' });
    expect(ines.page.status).toBe(404);
  });
});

test('of two people in IT who decide at once one wins, and the other reads what happened', async () => {
  await ask({ userId: await userId(bram) });
  const other = await service.signedIn(it);
  for (const browser of [ines, other]) await browser.get(queue);
  const { action } = ines.form();
  const lock = service.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query('select 1 from role_requests for update');
  const answers = [
    ines.post(action, csrfOf(ines)),
    other.post(action.replace('approve', 'decline'), { ...csrfOf(other), reason: 'No.' }),
  ];
  await waitingFor(lock, 2);
  await lock.commitTransaction();
  await lock.release();
  const pages = await Promise.all(answers);
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 409]);
  const late = [ines, other].find(({ page }) => page.status === 409)!;
  expect(late.words).toMatch(
    /Inês Carvalho has (approved|declined) this request already, on Tue 1/,
  );
  const decisions = (await lastEvents(service, 4)).filter(({ action }) =>
    /^role_request\.(approve|decline)$/.test(action),
  );
  expect(decisions).toHaveLength(1);
});

test('of two who file the same at once one does', async () => {
  const again = await service.signedIn(orgAdmin);
  for (const browser of [olga, again]) await browser.get(`${asking}/new`);
  const lock = service.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query('select 1 from organisations for update');
  const fields = { role: dmRole, userId: await userId(bram) };
  const answers = [olga, again].map((browser) => browser.submit(fields, asking));
  await waitingFor(lock, 2);
  await lock.commitTransaction();
  await lock.release();
  const pages = await Promise.all(answers);
  expect(pages.map(({ status }) => status).sort()).toEqual([200, 409]);
});

test.each([
  ['a credential manager', manager],
  ['IT', it],
])('%s finds no such pages, and is asked for no code first', async (_, email) => {
  const browser = await service.signedIn(email);
  const fields = csrfOf(browser);
  service.clock.advance(16 * 60_000);
  for (const path of [asking, `${asking}/new`]) {
    expect((await browser.get(path)).status).toBe(404);
  }
  for (const path of [asking, `${asking}/${nowhere}/withdraw`]) {
    expect((await browser.post(path, fields)).status).toBe(404);
  }
});
