import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { CustomRoles } from '../../src/applications/custom-roles.service.js';
import { Roles } from '../../src/applications/roles.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { Domains } from '../../src/domains/domains.service.js';
import { findEndings } from '../../src/reminders/endings.query.js';
import { reminderMail } from '../../src/reminders/reminder-mail.js';
import { Config } from '../../src/platform/config/config.js';
import {
  type Level,
  levels,
  type Permission,
  permissions,
  permissionsOf,
} from '../../src/users/permissions.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';
import { countEvents, csrfOf, errorAt, idOf, it, lastEvents, optionsAt, orgAdmin } from './cast.js';

const member = 'bram@matchpunt.example';
const staff = 'lucia@rid.example';
const confirmed = { confirmedBy: 'Board secretary', confirmedOn: '2026-11-30', lastDay: '' };

let service: TestApp;
let customRoles: CustomRoles;
let roles: Roles;
/** An application with a secret, and another one of the same organisation. */
let own: string;
let other: string;
let foreign: string;
let secret: string;
let memberId: string;
let staffId: string;
let browser: Visitor;

beforeAll(async () => {
  service = await startTestApp();
  const { dataSource } = service;
  customRoles = service.app.get(CustomRoles, { strict: false });
  roles = service.app.get(Roles, { strict: false });
  own = await idOf(service, 'applications', 'name', 'Partner-NL-Matchpunt-SMC');
  other = await idOf(service, 'applications', 'name', 'Partner-NL-Matchpunt-DM');
  foreign = await idOf(service, 'applications', 'name', 'Partner-GB-LaneTrust-SMC');
  memberId = await idOf(service, 'users', 'email', member);
  staffId = await idOf(service, 'users', 'email', staff);
  [{ id: secret }] = await dataSource.query<[{ id: string }]>(
    `select id from secrets where application_id = $1 and deleted_at is null
       and disabled_at is null and expires_at > $2 order by expires_at desc limit 1`,
    [own, service.clock.now()],
  );
  // One person with no other role in an organisation, and one of the operator.
  await dataSource.query('delete from role_assignments where user_id = $1', [memberId]);
  await dataSource.query('update users set organisation_id = null where id = $1', [staffId]);
  browser = await service.signedIn(it);
});
afterAll(() => service.close());

let made = 0;
/** A role that opens this, given to whom it is for. */
async function have(level: Level, ...opened: Permission[]): Promise<string> {
  const key = `role_${++made}`;
  const name = `Role ${made}`;
  const rest = { description: '', group: '', lastDay: '' };
  await customRoles.create(theService, { key, name, level, permissions: opened, ...rest });
  await give(key, level);
  return key;
}

const give = (role: string, level: Level) =>
  roles.give(theService, {
    role,
    userId: level === 'platform' ? staffId : memberId,
    applicationId: level === 'application' ? own : undefined,
    ...confirmed,
  });

beforeEach(() =>
  service.dataSource.query('delete from role_assignments where user_id = any($1)', [
    [memberId, staffId],
  ]),
);

describe('the table', () => {
  test('has the three built-in roles as they always were', async () => {
    const rows = await service.dataSource.query<unknown[]>(
      `select key, level, permissions from roles where built_in order by key`,
    );
    expect(rows).toEqual([
      {
        key: 'credential_manager',
        level: 'application',
        permissions: [
          ...['applications.see', 'secrets.manage', 'audit.see', 'reminders.receive'],
          'domains.manage',
        ],
      },
      {
        key: 'it',
        level: 'platform',
        permissions: [
          ...['applications.see', 'audit.see', 'support.see', 'reminders.receive'],
          ...['domains.manage', 'platform.administer'],
        ],
      },
      {
        key: 'org_admin',
        level: 'organisation',
        permissions: ['applications.see', 'audit.see', 'reminders.receive', 'role_requests.file'],
      },
    ]);
  });

  test.each([
    [`update roles set active = false where key = 'org_admin'`],
    [`update roles set permissions = '{applications.see}' where key = 'it'`],
    [`update roles set permissions = permissions || '{platform.administer}' where not built_in`],
    [`update roles set built_in = true where not built_in`],
    [`update roles set key = 'another' where not built_in`],
    [`update roles set level = 'platform', permissions = '{audit.see}' where not built_in`],
    [`update roles set permissions = '{}' where not built_in`],
    [`delete from roles where not built_in`],
    [`delete from roles where key = 'credential_manager'`],
    [`truncate roles cascade`],
    [
      `insert into roles (key, name, description, level, group_name, permissions, active, built_in,
         created_at) values ('root', 'Root', '', 'platform', '', '{platform.administer}', true,
         false, now())`,
    ],
    [
      `insert into roles (key, name, description, level, group_name, permissions, active, built_in,
         created_at) values ('root', 'Root', '', 'platform', '', '{platform.administer}', true,
         true, now())`,
    ],
  ])('refuses %s', async (sql) => {
    await have('organisation', 'applications.see');
    await expect(service.dataSource.query(sql)).rejects.toMatchObject({
      driverError: { constraint: expect.stringMatching(/^roles_/) },
    });
  });

  test('lets a role hold only where its level says', async () => {
    const key = await have('organisation', 'applications.see');
    for (const set of [
      'organisation_id = null, confirmed_by = null',
      `application_id = '${own}'`,
    ]) {
      await expect(
        service.dataSource.query(`update role_assignments set ${set} where role = $1`, [key]),
      ).rejects.toMatchObject({ driverError: { constraint: 'role_assignments_place' } });
    }
  });

  test('takes at each level what the code offers there, and nothing else', async () => {
    const insert = (level: Level, permission: Permission) =>
      service.dataSource.query(
        `insert into roles (key, name, description, level, group_name, permissions, active,
           built_in, created_at)
         values ($1, $1, '', $2, '', $3, true, false, now()) returning key`,
        [`try_${++made}`, level, [...new Set(['applications.see', permission])]],
      );
    for (const level of levels) {
      for (const permission of permissions) {
        const taken = await insert(level, permission).then(
          () => true,
          () => false,
        );
        const offered = permissionsOf[level].includes(permission);
        expect([level, permission, taken]).toEqual([level, permission, offered]);
      }
    }
  });
});

/** What somebody can do, read from the answers to real requests. */
async function opened(email: string): Promise<string[]> {
  const visitor = await service.signedIn(email);
  const ok = async (path: string) => (await visitor.get(path)).status === 200;
  const page = `/manage-api-credentials/${own}`;
  const found: [string, boolean][] = [
    ['own application', await ok(page)],
    ['other application', await ok(`/manage-api-credentials/${other}`)],
    ['foreign application', await ok(`/manage-api-credentials/${foreign}`)],
    ['new secret', await ok(`${page}/secrets/new`)],
    ['activity', await ok(`${page}/activity`)],
    ['export', await ok(`${page}/activity/export.csv`)],
    ['answer', await ok(`${page}/secrets/${secret}/acknowledge`)],
    ['calendar', await ok('/forecast/calendar')],
    ['role requests', await ok('/role-requests')],
    ['support', await ok('/admin/support')],
    ['audit', await ok('/admin/audit')],
    ['audit export', await ok('/admin/audit/export.csv')],
    ['users', await ok('/admin/users')],
    ['roles', await ok('/admin/roles')],
    ['operations', await ok('/admin/operations')],
  ];
  const [ending] = await findEndings(service.dataSource.manager, service.clock.now(), [secret]);
  const mailed = ending!.recipients.some(({ address }) => address === email);
  await visitor.get(`${page}/secrets/${secret}/delete`);
  const user = { id: email === staff ? staffId : memberId, name: '', address: null };
  const keeps = await service.app
    .get(Domains, { strict: false })
    .create(user, own, { host: `d${++made}.example.org`, name: 'D', environment: 'live' })
    .then(
      () => true,
      () => false,
    );
  const fields = csrfOf((await visitor.get('/profile'), visitor));
  const off = await visitor.post(`${page}/secrets/${secret}/switch-off`, fields);
  const asks = await visitor.post('/role-requests', { ...fields, role: '' });
  return [
    ...found.filter(([, may]) => may).map(([what]) => what),
    ...(mailed ? ['reminders'] : []),
    ...(keeps ? ['keeps domains'] : []),
    ...(off.status === 403 || off.status === 404 ? [] : ['switches off']),
    ...(asks.status === 404 ? [] : ['asks']),
  ];
}

const seesOne = ['own application'];
const seesTwo = ['own application', 'other application'];
const seesAll = ['own application', 'other application', 'foreign application'];
const audits = ['activity', 'export'];
const manages = ['new secret', 'switches off'];

describe('each permission alone opens exactly its operations', () => {
  const switchOn = () =>
    service.dataSource.query(
      'update secrets set disabled_at = null, disabled_by = null where id = $1',
      [secret],
    );

  test.each<[Permission[], Level, string[]]>([
    [['applications.see'], 'application', seesOne],
    [['applications.see'], 'organisation', seesTwo],
    [['applications.see'], 'platform', seesAll],
    [['secrets.manage'], 'application', [...seesOne, ...manages]],
    [['secrets.manage'], 'organisation', [...seesTwo, ...manages]],
    [['audit.see'], 'application', [...seesOne, ...audits]],
    [['audit.see'], 'organisation', [...seesTwo, ...audits]],
    [['audit.see'], 'platform', ['audit', 'audit export']],
    [['domains.manage'], 'application', [...seesOne, 'keeps domains']],
    [['domains.manage'], 'organisation', [...seesTwo, 'keeps domains']],
    [['domains.manage'], 'platform', [...seesAll, 'keeps domains']],
    [['reminders.receive'], 'application', ['calendar', 'reminders']],
    [['reminders.receive'], 'organisation', ['calendar', 'reminders']],
    [['reminders.receive'], 'platform', ['calendar']],
    [['role_requests.file'], 'organisation', ['role requests', 'asks']],
    [['support.see'], 'platform', ['support']],
    // Two that belong together: who gets the mails and sees the secret can answer them.
    [
      ['applications.see', 'reminders.receive'],
      'application',
      [...seesOne, 'answer', 'calendar', 'reminders'],
    ],
    [
      ['applications.see', 'audit.see'],
      'platform',
      [...seesAll, ...audits, 'audit', 'audit export'],
    ],
  ])('%j of one %s', async (opens, level, expected) => {
    await switchOn();
    await have(level, ...opens);
    const found = await opened(level === 'platform' ? staff : member);
    expect(new Set(found)).toEqual(new Set(expected));
    await switchOn();
  });

  test('the menu has what they open', async () => {
    const menu = async (email: string) => {
      const visitor = await service.signedIn(email);
      await visitor.get('/manage-api-credentials');
      const nav =
        /<nav[^>]*class="[^"]*nav[^"]*"[\s\S]*?<\/nav>/.exec(visitor.page.text)?.[0] ?? '';
      return [...nav.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    };
    await have('organisation', 'audit.see');
    expect(await menu(member)).toEqual(['/manage-api-credentials', '/forecast']);
    await have('platform', 'audit.see', 'support.see');
    expect(await menu(staff)).toEqual([
      '/manage-api-credentials',
      '/admin/support',
      '/admin/audit',
    ]);
  });

  test('pages made for IT link nowhere that is closed', async () => {
    await have('platform', 'audit.see', 'support.see');
    const visitor = await service.signedIn(staff);
    for (const path of ['/admin/audit', '/admin/support?q=matchpunt', `/admin/support/${own}`]) {
      expect((await visitor.get(path)).status).toBe(200);
      const links = [...visitor.page.text.matchAll(/href="(\/[^"]*)"/g)].map(([, href]) => href!);
      for (const href of new Set(links.filter((each) => !each.startsWith('/assets')))) {
        const { status } = await visitor.send('GET', href.replace(/&amp;/g, '&'));
        expect([path, href, status < 400]).toEqual([path, href, true]);
      }
    }
  });
});

describe('someone who only gets reminders', () => {
  test('reads so on the page, and gets a mail that leads nowhere they cannot go', async () => {
    await have('organisation', 'reminders.receive');
    const visitor = await service.signedIn(member);
    await visitor.get('/manage-api-credentials');
    expect(visitor.words).toContain('You get reminder mails, and see no application here.');
    expect((await visitor.get('/forecast?days=366')).status).toBe(200);
    expect(visitor.words).not.toContain('anna@matchpunt.example');
    expect(visitor.page.text).not.toContain(`/manage-api-credentials/${own}`);

    const now = service.clock.now();
    const [ending] = await findEndings(service.dataSource.manager, now, [secret]);
    const mail = (id: string) =>
      reminderMail([{ ending: ending!, milestone: '42' }], id, now, service.app.get(Config));
    const theirs = mail(memberId);
    expect(theirs.text).toContain('someone with the role “Role');
    expect(theirs.text).toContain('You cannot change this. Its credential managers do this:');
    expect(theirs.text).not.toContain(secret);
    expect(theirs.html).not.toContain(secret);
    expect(theirs.headers!.map(({ key }) => key)).not.toContain('List-Unsubscribe');
    const annas = mail(ending!.recipients.find(({ manager }) => manager)!.id);
    expect(annas.text).toContain(`/secrets/${secret}`);
  });
});

describe('what is taken away is gone at the next request (R7)', () => {
  test.each([
    ['switched off', (key: string) => customRoles.turn(theService, key, false)],
    ['ended', (key: string) => customRoles.end(theService, key)],
    [
      'changed',
      (key: string) =>
        customRoles.change(theService, key, {
          ...{ name: `Changed ${key}`, description: '', group: '', lastDay: '' },
          permissions: ['role_requests.file'],
        }),
    ],
    [
      'at its last day',
      (key: string) =>
        service.dataSource.query('update roles set ends_at = $2 where key = $1', [
          key,
          service.clock.now(),
        ]),
    ],
  ])('%s', async (_, take) => {
    const key = await have('organisation', 'secrets.manage', 'audit.see', 'reminders.receive');
    const visitor = await service.signedIn(member);
    const page = `/manage-api-credentials/${own}`;
    expect((await visitor.get(`${page}/secrets/new`)).status).toBe(200);
    const fields = { ...csrfOf(visitor), name: 'Too late', lastDay: '2027-01-31' };
    await take(key);
    const before = await countEvents(service);
    expect((await visitor.post(`${page}/secrets`, fields)).status).toBe(404);
    expect((await visitor.get(page)).status).toBe(404);
    expect((await visitor.get(`${page}/activity`)).status).toBe(404);
    expect((await visitor.get('/forecast/calendar')).status).toBe(404);
    expect(await countEvents(service)).toBe(before);
    const [ending] = await findEndings(service.dataSource.manager, service.clock.now(), [secret]);
    expect(ending!.recipients.map(({ id }) => id)).not.toContain(memberId);
  });

  test('and comes back with the switch', async () => {
    const key = await have('organisation', 'applications.see');
    const visitor = await service.signedIn(member);
    await customRoles.turn(theService, key, false);
    expect((await visitor.get(`/manage-api-credentials/${own}`)).status).toBe(404);
    await customRoles.turn(theService, key, true);
    expect((await visitor.get(`/manage-api-credentials/${own}`)).status).toBe(200);
  });

  test('a role switched off while it is given opens nothing, whoever comes first', async () => {
    const key = await have('organisation', 'applications.see');
    await service.dataSource.query('delete from role_assignments where role = $1', [key]);
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from roles where key = $1 for update', [key]);
    const both = Promise.allSettled([
      give(key, 'organisation'),
      customRoles.turn(theService, key, false),
    ]);
    await waitingFor(runner, 2);
    await runner.commitTransaction();
    await runner.release();
    const [given, off] = await both;
    expect(off.status).toBe('fulfilled');
    expect(['fulfilled', 'rejected']).toContain(given.status);
    const visitor = await service.signedIn(member);
    expect((await visitor.get(`/manage-api-credentials/${own}`)).status).toBe(404);
    await expect(give(key, 'organisation')).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('the pages of IT', () => {
  const auditor = {
    ...{ name: 'Auditor', key: 'auditor', level: 'organisation', description: 'Looks on.' },
    ...{ group: 'Outside', 'audit.see': 'yes' },
  };

  test('make a role, refuse what is wrong, and keep what was typed', async () => {
    await browser.get('/admin/roles');
    expect(browser.words).toMatch(/Credential manager credential_manager .* One application/);
    await browser.get('/admin/roles/new');
    await browser.submit({ ...auditor, key: 'IT', level: '' }, '/admin/roles');
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, 'key')).toMatch(/small letters/);
    expect(errorAt(browser, 'level')).toMatch(/Choose where/);
    expect(browser.form('/admin/roles').fields).toMatchObject({
      name: 'Auditor',
      group: 'Outside',
    });
    await browser.submit(
      { ...auditor, level: 'application', 'role_requests.file': 'yes' },
      '/admin/roles',
    );
    expect(browser.words).toContain('A role at this place cannot open “role_requests.file”.');
    await browser.get('/admin/roles/new');
    await browser.submit(auditor, '/admin/roles');
    expect(browser.page.path).toBe('/admin/roles?done=role-made');
    expect(browser.words).toMatch(
      /Outside Role .* Auditor auditor Looks on. The whole organisation See applications See the audit Active 0 people/,
    );
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'role.create',
        subject: 'Auditor',
        detail: {
          key: 'auditor',
          level: 'organisation',
          permissions: 'applications.see, audit.see',
        },
      },
    ]);
    await browser.get('/admin/roles/new');
    await browser.submit(auditor, '/admin/roles');
    expect(errorAt(browser, 'key')).toMatch(/already/);
    await browser.submit({ ...auditor, key: 'auditor_2', name: 'AUDITOR' }, '/admin/roles');
    expect(errorAt(browser, 'name')).toMatch(/already/);
  });

  test('give it to a person, show it by name everywhere, and withdraw it', async () => {
    const user = `/admin/users/${memberId}`;
    await browser.get(user);
    expect(optionsAt(browser, 'role').values).toEqual(
      expect.arrayContaining(['org_admin', 'auditor']),
    );
    await browser.submit({ ...confirmed, role: 'auditor' }, `${user}/roles`);
    expect(browser.page.path).toBe(`${user}?done=role-given`);
    expect(browser.words).toMatch(/Auditor Stichting Matchpunt Board secretary/);
    expect(optionsAt(browser, 'role').values).not.toContain('auditor');
    await browser.post(`${user}/roles`, { ...csrfOf(browser), ...confirmed, role: 'auditor' });
    expect([browser.page.status, browser.words]).toEqual([409, expect.stringContaining('already')]);

    for (const [path, words] of [
      ['/admin/users?role=auditor', /Bram Jansen bram@matchpunt.example .* Auditor/],
      ['/admin/roles', /Auditor auditor .* 1 person/],
      [`/admin/applications/${own}`, /Bram Jansen Auditor of the whole organisation/],
      [`/admin/support/${own}`, /Bram Jansen bram@matchpunt.example Auditor/],
      ['/admin/audit', /Role given .* Role: Auditor/],
      [`/manage-api-credentials/${own}`, /Auditor They get no reminder mails. Bram Jansen/],
    ] as const) {
      await browser.get(path);
      expect(browser.words).toMatch(words);
    }
    const theirs = await service.signedIn(member);
    await theirs.get('/manage-api-credentials');
    expect(theirs.words).toContain('The applications that your role lets you see, to look at.');
    expect(theirs.words).toContain('Bram Jansen Auditor');
    const olga = await service.signedIn(orgAdmin);
    await olga.get(`/manage-api-credentials/${own}`);
    expect(olga.words).toContain('Auditor They get no reminder mails. Bram Jansen');
  });

  test('a change says first how many people gain and lose what', async () => {
    await give('auditor', 'organisation');
    await browser.get('/admin/roles/auditor');
    const { fields } = browser.form('/admin/roles/auditor');
    const wish = { ...fields, 'applications.see': 'yes', 'role_requests.file': 'yes' };
    await browser.post('/admin/roles/auditor', wish);
    expect(browser.words).toContain('1 person gains at once: Ask for roles.');
    expect(browser.words).toContain('1 person loses at once: See the audit.');
    const asked = browser.form('/admin/roles/auditor').fields;

    // Meanwhile somebody else loses it: what was confirmed is no longer true.
    await service.dataSource.query(`delete from role_assignments where role = 'auditor'`);
    await browser.post('/admin/roles/auditor', asked);
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('has changed meanwhile');

    await browser.post('/admin/roles/auditor', wish);
    expect(browser.words).toContain('0 people gain at once: Ask for roles.');
    await browser.submit({}, '/admin/roles/auditor');
    expect(browser.page.path).toBe('/admin/roles/auditor?done=role-changed');
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'role.change',
        detail: {
          permissions: 'applications.see, role_requests.file',
          formerly: 'applications.see, audit.see',
        },
      },
    ]);
  });

  test('switch off, on and end, each with a question', async () => {
    for (const [turn, words, action] of [
      ['off', 'Switched off', 'role.switch_off'],
      ['on', 'Active', 'role.switch_on'],
      ['end', 'Ended', 'role.end'],
    ] as const) {
      await browser.get(`/admin/roles/auditor/${turn}`);
      await browser.submit({}, `/admin/roles/auditor/${turn}`);
      expect([browser.page.status, browser.page.path]).toEqual([
        200,
        `/admin/roles/auditor?done=role-${turn === 'end' ? 'ended' : turn}`,
      ]);
      expect(browser.words).toContain(`Auditor ${words}`);
      expect(await lastEvents(service)).toMatchObject([{ action, subject: 'Auditor' }]);
    }
    await browser.post('/admin/roles/auditor/on', csrfOf(browser));
    expect([browser.page.status, browser.words]).toEqual([
      409,
      expect.stringContaining('has ended'),
    ]);
  });

  test('leave the built-in roles alone, and know no others', async () => {
    await browser.get('/admin/roles/it');
    expect(browser.words).toContain('A built-in role is as it is');
    const fields = csrfOf(browser);
    const before = await countEvents(service);
    for (const [path, status] of [
      ['/admin/roles/it', 409],
      ['/admin/roles/org_admin/off', 409],
      ['/admin/roles/credential_manager/end', 409],
      ['/admin/roles/nobody', 404],
      ['/admin/roles/%00', 404],
      ['/admin/roles/nobody/off', 404],
      ['/admin/roles/auditor/up', 404],
    ] as const) {
      const wish = { ...fields, name: 'It', 'audit.see': 'yes' };
      expect([path, (await browser.post(path, wish)).status]).toEqual([path, status]);
    }
    expect((await browser.get('/admin/roles/it/off')).status).toBe(404);
    expect(await countEvents(service)).toBe(before);
  });

  test('give operator staff roles of the platform, without anybody’s word', async () => {
    const key = await have('platform', 'support.see');
    await service.dataSource.query('delete from role_assignments where role = $1', [key]);
    await browser.get(`/admin/users/${staffId}`);
    await browser.submit({ role: key }, `/admin/users/${staffId}/roles`);
    expect(browser.page.path).toBe(`/admin/users/${staffId}?done=role-given`);
    const visitor = await service.signedIn(staff);
    expect((await visitor.get('/admin/support')).status).toBe(200);
    const wrong = roles.give(theService, { role: key, userId: memberId, ...confirmed });
    await expect(wrong).rejects.toMatchObject({ code: 'conflict' });
  });
});

test('of two who make a role with one key at once, one does', async () => {
  const wish = { level: 'organisation', permissions: ['applications.see'] };
  const rest = { description: '', group: '', lastDay: '', key: 'twin', ...wish };
  const runner = service.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query('lock table roles in share mode');
  const both = Promise.allSettled([
    customRoles.create(theService, { ...rest, name: 'Twin one' }),
    customRoles.create(theService, { ...rest, name: 'Twin two' }),
  ]);
  await waitingFor(runner, 2);
  await runner.commitTransaction();
  await runner.release();
  const refused = (await both).filter(({ status }) => status === 'rejected');
  expect(refused).toMatchObject([{ reason: { code: 'invalid' } }]);
});

describe('a program', () => {
  const program = { ...theService, machine: { applicationId: 'a', secretId: 's' } };
  const wish = { name: 'Of a program', description: '', group: '', lastDay: '' };

  test('gives nobody of the operator any power: not by a role, not by its change', async () => {
    const key = await have('organisation', 'applications.see');
    const tomas = await idOf(service, 'users', 'email', 'tomas@keyturn.example');
    const given = roles.give(program, { role: key, userId: tomas, ...confirmed });
    await expect(given).rejects.toMatchObject({ code: 'conflict' });
    await customRoles.turn(program, key, false);
    await customRoles.turn(program, key, true);

    await roles.give(theService, { role: key, userId: tomas, ...confirmed });
    const more = { ...wish, permissions: ['secrets.manage'] };
    await expect(customRoles.change(program, key, more)).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(customRoles.turn(program, key, false)).rejects.toMatchObject({ code: 'conflict' });
    const wide = { ...wish, key: 'wide', level: 'platform', permissions: ['audit.see'] };
    await expect(customRoles.create(program, wide)).rejects.toMatchObject({ code: 'conflict' });
  });
});
