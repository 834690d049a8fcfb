import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
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

const smc = 'Partner-NL-Matchpunt-SMC';
const confirmed = { confirmedBy: 'Board secretary', confirmedOn: '2026-11-30', lastDay: '' };

let service: TestApp;
let browser: Visitor;
let page: string;
const userId = (email: string) => idOf(service, 'users', 'email', email);
const applicationId = (name: string) => idOf(service, 'applications', 'name', name);

beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  page = `/admin/applications/${await applicationId(smc)}`;
});
afterAll(() => service.close());

async function makeManager(fields: Record<string, string>) {
  await browser.get(page);
  return browser.submit({ ...confirmed, ...fields }, `${page}/managers`);
}

async function giveRole(email: string, fields: Record<string, string>) {
  const user = `/admin/users/${await userId(email)}`;
  await browser.get(user);
  const hidden = csrfOf(browser);
  return browser.post(`${user}/roles`, { ...hidden, ...confirmed, ...fields });
}

/** Presses "Withdraw" in the row with this text and confirms. */
async function withdraw(path: string, text: string) {
  await browser.get(path);
  const row = browser.page.text.split('<tr>').find((each) => each.includes(text))!;
  const href = /href="(\/admin\/roles\/[^"]+)"/.exec(row)![1]!;
  await browser.get(href);
  return browser.submit({}, href.split('?')[0]);
}

describe('credential manager, from the page of the application (R3–R6)', () => {
  test('is given with the confirmation on record, seen at once, and withdrawn', async () => {
    const olga = await userId(orgAdmin);
    await makeManager({ userId: olga, lastDay: '2026-12-24' });
    expect(browser.page.path).toBe(`${page}?done=role-given`);
    expect(browser.words).toMatch(
      /Olga de Wit olga@matchpunt.example Board secretary Mon 30 November 2026 .* Thu 24 December 2026 Withdraw/,
    );
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'role.give',
        actor: 'Inês Carvalho',
        subject: orgAdmin,
        detail: {
          role: 'credential_manager',
          application: smc,
          confirmedBy: 'Board secretary',
          confirmedOn: '2026-11-30',
          lastDay: '2026-12-24',
        },
      },
    ]);
    const her = await service.signedIn(orgAdmin);
    expect((await her.get(`${secretsOf(page)}/secrets/new`)).status).toBe(200);

    await withdraw(page, orgAdmin);
    expect(browser.page.path).toBe(`${page}?done=role-withdrawn`);
    expect(browser.words).not.toMatch(/Olga de Wit olga@matchpunt.example Board secretary/);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'role.withdraw', subject: orgAdmin },
    ]);
    expect((await her.get(`${secretsOf(page)}/secrets/new`)).status).toBe(403);
  });

  test.each([
    [{ userId: '' }, 'userId', /Choose someone/],
    [{ userId: 'x' }, 'userId', /Choose someone/],
    [{ confirmedBy: '' }, 'confirmedBy', /Type who in the organisation/],
    [{ confirmedBy: '   ' }, 'confirmedBy', /Type who in the organisation/],
    [{ confirmedBy: 'x'.repeat(101) }, 'confirmedBy', /100 characters/],
    [{ confirmedBy: 'a\u0000b' }, 'confirmedBy', /control characters/],
    [{ confirmedOn: '' }, 'confirmedOn', /When was it confirmed/],
    [{ confirmedOn: '2026-12-02' }, 'confirmedOn', /today or an earlier day/],
    [{ confirmedOn: '2026-02-30' }, 'confirmedOn', /today or an earlier day/],
    [{ confirmedOn: 'yesterday' }, 'confirmedOn', /today or an earlier day/],
    [{ lastDay: '2026-11-30' }, 'lastDay', /today or a later day/],
    [{ lastDay: 'never' }, 'lastDay', /today or a later day/],
    [{ lastDay: '9999-12-31' }, 'lastDay', /before the year 3000/],
    [{ confirmedOn: '0000-01-01' }, 'confirmedOn', /today or an earlier day/],
  ])('refuses %j and keeps the rest', async (wrong, field, sentence) => {
    const before = await countEvents(service);
    const olga = await userId(orgAdmin);
    await makeManager({ userId: olga, lastDay: '2026-12-24', ...wrong });
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    if (field !== 'userId') expect(optionsAt(browser, 'userId').chosen).toBe(olga);
    if (field !== 'confirmedBy') expect(valueAt(browser, 'confirmedBy')).toBe('Board secretary');
    expect(await countEvents(service)).toBe(before);
  });

  test('is not given to a user of another organisation (R6)', async () => {
    const before = await countEvents(service);
    await makeManager({ userId: await userId(foreigner) });
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('belongs to another organisation');
    expect(valueAt(browser, 'confirmedBy')).toBe('Board secretary');
    expect(await countEvents(service)).toBe(before);
  });

  test('is not given twice', async () => {
    await makeManager({ userId: await userId(manager) });
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('has this role already');
  });

  test.each([
    ['someone who has left', () => userId(leaver)],
    ['nobody', () => Promise.resolve(nowhere)],
  ])('is not given to %s', async (_, who) => {
    await makeManager({ userId: await who() });
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, 'userId')).toMatch(/no open account/);
  });

  test('ends after its last day and makes room for a new one', async () => {
    const olga = await userId(orgAdmin);
    await makeManager({ userId: olga, lastDay: '2026-12-01' });
    expect(browser.words).toMatch(/Olga de Wit .* Tue 1 December 2026 Withdraw/);
    service.clock.set(new Date('2026-12-02T00:00:00Z'));
    browser = await service.signedIn(it);
    await browser.get(page);
    expect(optionsAt(browser, 'userId').values).toContain(olga);
    await makeManager({ userId: olga });
    expect(browser.page.path).toBe(`${page}?done=role-given`);
    await withdraw(page, orgAdmin);
  });
});

describe('roles from the page of the user', () => {
  test('org admin is given, seen and withdrawn', async () => {
    await giveRole('bram@matchpunt.example', { role: 'org_admin' });
    expect(browser.words).toMatch(
      /The role is given.*Org admin Stichting Matchpunt Board secretary/,
    );
    expect(await lastEvents(service)).toMatchObject([
      { action: 'role.give', detail: { role: 'org_admin', confirmedBy: 'Board secretary' } },
    ]);
    const path = browser.page.path.split('?')[0]!;
    await withdraw(path, '>Org admin');
    expect(browser.page.path).toBe(`${path}?done=role-withdrawn`);
  });

  test('credential manager is given for an application of the own organisation', async () => {
    const dm = await applicationId('Partner-NL-Matchpunt-DM');
    await giveRole('bram@matchpunt.example', { role: `credential_manager ${dm}` });
    expect(browser.words).toContain('Credential manager Partner-NL-Matchpunt-DM');
    expect(optionsAt(browser, 'role').values).not.toContain(`credential_manager ${dm}`);
  });

  test('of a foreign application are refused (R6)', async () => {
    const foreign = await applicationId('Partner-GB-LaneTrust-SMC');
    await giveRole('bram@matchpunt.example', { role: `credential_manager ${foreign}` });
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('belongs to another organisation');
  });

  test.each(['', 'it', 'org_admin x', 'credential_manager', `credential_manager ${nowhere}`])(
    'that are not in the list are refused: %j',
    async (role) => {
      const before = await countEvents(service);
      await giveRole('bram@matchpunt.example', { role });
      expect(browser.page.status).toBe(422);
      expect(errorAt(browser, 'role')).toMatch(/Choose/);
      expect(valueAt(browser, 'confirmedBy')).toBe('Board secretary');
      expect(await countEvents(service)).toBe(before);
    },
  );

  test('need a confirmation (R5)', async () => {
    await giveRole('lucia@rid.example', { role: 'org_admin', confirmedBy: '', confirmedOn: '' });
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, 'confirmedBy')).toBeDefined();
    expect(errorAt(browser, 'confirmedOn')).toBeDefined();
  });

  test('are not given to closed accounts, and operator staff get no org admin', async () => {
    expect((await giveRole(leaver, { role: 'org_admin' })).status).toBe(404);
    expect((await giveRole(it, { role: 'org_admin' })).status).toBe(409);
    expect(browser.words).toContain('belongs to no organisation');
  });

  test('IT is for operator staff', async () => {
    const bram = `/admin/users/${await userId('bram@matchpunt.example')}`;
    await browser.get(bram);
    const fields = csrfOf(browser);
    expect((await browser.post(`${bram}/it`, fields)).status).toBe(409);
    expect(browser.words).toContain('IT is for operator staff');
  });

  test('nobody takes the IT role from themselves', async () => {
    await browser.get(`/admin/users/${await userId(it)}`);
    expect(browser.page.text).not.toContain('/withdraw');
    const [role] = await service.dataSource.query<{ id: string }[]>(
      `select id from role_assignments where role = 'it'`,
    );
    const path = `/admin/roles/${role!.id}/withdraw`;
    await browser.get(path);
    await browser.submit({}, path);
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('You cannot take the IT role from yourself.');
  });

  test('a second withdrawal finds nothing', async () => {
    const [role] = await service.dataSource.query<{ id: string }[]>(
      `select id from role_assignments where withdrawn_at is not null limit 1`,
    );
    const fields = csrfOf(browser);
    expect((await browser.get(`/admin/roles/${role!.id}/withdraw`)).status).toBe(404);
    expect((await browser.post(`/admin/roles/${role!.id}/withdraw`, fields)).status).toBe(404);
  });
});

function secretsOf(applicationPage: string): string {
  return applicationPage.replace('/admin/applications', '/manage-api-credentials');
}
