import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Applications } from '../../src/applications/applications.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { ownResource } from '../../src/oauth/own-audience.js';
import { Routes } from '../../src/api/v1/contract/routes.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { allScopes, type Program, Programs } from './cast.js';
import { makeThings, type Things, validCalls } from './valid-calls.js';

const memberScopes = ['audit.read', 'secrets.manage', 'secrets.read'];

/*
 * Who may call what, written down by hand. `R` provisioning.read, `W` provisioning.write,
 * `S` secrets.read, `M` secrets.manage, `A` audit.read; `*` any token, `-` no token at all.
 */
const table: Record<string, string> = {
  getDocument: '-',
  getSelf: '*',
  getSelfSecret: '-',
  listOrganisations: 'R',
  createOrganisation: 'W',
  getOrganisation: 'R',
  changeOrganisation: 'W',
  listApplications: 'RSM',
  createApplication: 'W',
  getApplication: 'RSM',
  changeApplication: 'W',
  deleteApplication: 'W',
  listGrants: 'RSM',
  putGrant: 'W',
  deleteGrant: 'W',
  listResources: 'R',
  getResource: 'R',
  createResource: 'W',
  changeResource: 'W',
  deleteResource: 'W',
  listApis: 'R',
  createApi: 'W',
  getApi: 'R',
  changeApi: 'W',
  deleteApi: 'W',
  listDomains: 'RSM',
  createDomain: 'WM',
  getDomain: 'RSM',
  changeDomain: 'WM',
  deleteDomain: 'WM',
  createCallback: 'WM',
  changeCallback: 'WM',
  deleteCallback: 'WM',
  putDomainSecret: 'WM',
  deleteDomainSecret: 'WM',
  listSecrets: 'RSM',
  createSecret: 'M',
  getSecret: 'RSM',
  changeSecret: 'M',
  deleteSecret: 'M',
  listUsers: 'R',
  createUser: 'W',
  getUser: 'R',
  changeUser: 'W',
  inviteUserAgain: 'W',
  closeUser: 'W',
  resetUserFactor: 'W',
  listCustomRoles: 'R',
  createCustomRole: 'W',
  getCustomRole: 'R',
  changeCustomRole: 'W',
  listRoles: 'R',
  createRole: 'W',
  getRole: 'R',
  deleteRole: 'W',
  getForecast: 'RSM',
  getUsage: 'RSM',
  listAuditEvents: 'A',
  planFile: 'R',
  applyFile: 'W',
  exportFile: 'R',
};

const letters: Record<string, string> = {
  R: 'provisioning.read',
  W: 'provisioning.write',
  S: 'secrets.read',
  M: 'secrets.manage',
  A: 'audit.read',
};

const may = (operation: string, scope: string) =>
  table[operation] === '*' || [...table[operation]!].some((letter) => letters[letter] === scope);

let service: TestApp;
let programs: Programs;
let it: Program;
let member: Program;
let foreign: Program;
let things: Things;

beforeAll(async () => {
  service = await startTestApp({ API_CALLS_PER_MINUTE: '1000000' });
  programs = new Programs(service);
  it = await programs.operator();
  member = await programs.member('Partner-NL-Matchpunt-SMC', memberScopes);
  foreign = await programs.member('Partner-GB-LaneTrust-SMC', memberScopes);
  things = await makeThings(programs, it, foreign);
});
afterAll(() => service.close());

const tokenWith = ({ clientId, value }: Program, scope: string) =>
  programs.token(clientId, value, scope);

/** Not the effect, the door alone: nothing is changed by a call that If-Match or the body stops. */
async function knock(operation: string, token: string | undefined): Promise<number> {
  const { method, path } = validCalls(things, foreign)[operation]!;
  const body = ['POST', 'PUT', 'PATCH'].includes(method) ? { nonsense: 1 } : undefined;
  const answer = await programs.call(token, method, path, body, { 'if-match': '"none"' });
  return answer.status;
}

describe('the matrix', () => {
  test('has a line for every operation, and says what the code says', () => {
    const said = service.app
      .get(Routes, { strict: false })
      .all()
      .map(({ id, operation: { scopes } }) => {
        if (!Array.isArray(scopes)) return [id, '-'];
        const found = Object.keys(letters).filter((each) =>
          (scopes as string[]).includes(letters[each]!),
        );
        return [id, found.join('') || '*'];
      });
    const sorted = (entries: string[][]) =>
      entries.map(([id, said]) => [id, [...said!].sort().join('')]).sort();
    expect(sorted(said)).toEqual(sorted(Object.entries(table)));
  });

  test('without a token, with a broken one and with one for another API, nobody gets in', async () => {
    await service.dataSource.query(
      `insert into grants (application_id, resource_id, granted_at)
       select $1, id, now() from resources where scope = 'match-connect' on conflict do nothing`,
      [member.applicationId],
    );
    const elsewhere = await tokenWith(member, 'match-connect');
    const cut = `${it.token.slice(0, -4)}AAAA`;
    for (const operation of Object.keys(table).filter((id) => table[id] !== '-')) {
      for (const token of [undefined, 'x.y.z', cut, elsewhere]) {
        expect([operation, await knock(operation, token)]).toEqual([operation, 401]);
      }
    }
  });

  test.each(allScopes)('%s opens what it should and nothing else', async (scope) => {
    const token = await tokenWith(it, scope);
    for (const operation of Object.keys(table).filter((id) => table[id] !== '-')) {
      const status = await knock(operation, token);
      const opened = status !== 401 && status !== 403;
      expect([operation, scope, opened]).toEqual([operation, scope, may(operation, scope)]);
    }
  });
});

describe('a program of a member', () => {
  test('finds nothing of another one, whatever id it knows, and changes nothing', async () => {
    const before = await everythingOf(foreign);
    const marker = 'LaneTrust';
    for (const [operation, call] of Object.entries(validCalls(things, foreign))) {
      if (table[operation] === '-' || operation === 'getSelf') continue;
      const answer = await programs.call(
        member.token,
        call.method,
        call.path,
        call.body,
        call.headers,
      );
      const listed = ['listApplications', 'getForecast', 'listAuditEvents'].includes(operation);
      expect([operation, answer.status]).toEqual([
        operation,
        listed ? 200 : may(operation, 'secrets.manage') ? 404 : 403,
      ]);
      expect([operation, JSON.stringify(answer.body).includes(marker)]).toEqual([operation, false]);
    }
    expect(await everythingOf(foreign)).toEqual(before);
  });

  test('sees of applications, events and mails its own alone, also when it asks for others', async () => {
    const list = await programs.call(member.token, 'GET', 'applications?limit=100');
    expect(list.body.items.map(({ id }) => id)).toEqual([member.applicationId]);
    const query = `applicationId=${foreign.applicationId}`;
    const events = await programs.call(member.token, 'GET', `audit-events?${query}`);
    expect(events.body.items).toEqual([]);
    const forecast = await programs.call(member.token, 'GET', `forecast?${query}`);
    expect(forecast.status).toBe(404);
    const own = await programs.call(member.token, 'GET', 'audit-events?limit=100');
    expect(own.body.items.length).toBeGreaterThan(3);
    expect(new Set(own.body.items.map(({ applicationId }) => applicationId))).toEqual(
      new Set([member.applicationId]),
    );
    expect(new Set(own.body.items.map(({ address }) => address))).toEqual(new Set([null]));
  });

  test('cannot be given provisioning, by the service or by a row that slipped in', async () => {
    const applications = service.app.get(Applications, { strict: false });
    await expect(
      applications.grant(theService, member.applicationId, ownResource, ['provisioning.read']),
    ).rejects.toMatchObject({ code: 'invalid' });
    const unknown = applications.grant(theService, member.applicationId, ownResource, ['root']);
    await expect(unknown).rejects.toMatchObject({ code: 'invalid' });

    // An operator organisation that is none any more.
    const once = await programs.operator(allScopes, 'Former');
    await service.dataSource.query(`update organisations set operator = false where id = $1`, [
      once.organisationId,
    ]);
    const self = await programs.call(once.token, 'GET', 'self');
    expect(self.body.scopes).toEqual(memberScopes);
    expect((await programs.call(once.token, 'GET', 'organisations')).status).toBe(403);
  });
});

describe('a program of IT', () => {
  test('makes nobody powerful: no IT role, no operator, no own scopes, no operator staff', async () => {
    const ask = (method: string, path: string, body?: unknown) =>
      programs.call(it.token, method, path, body, { 'if-match': '*' });
    const [staff] = await service.dataSource.query<{ id: string; role: string }[]>(
      `select u.id, r.id as role from users u join role_assignments r on r.user_id = u.id
       where r.role = 'it' and r.withdrawn_at is null limit 1`,
    );
    const confirmation = { confirmedBy: 'Me', confirmedOn: '2026-12-01' };
    const { organisationId, applicationId } = it;
    const friend = { email: 'friend@example.org', name: 'Friend', organisationId };
    const { body: mine } = await ask('POST', 'users', friend);
    const managing = { role: 'credential_manager', applicationId, ...confirmation };
    const mighty = { key: 'mighty', name: 'Mighty', level: 'organisation' };
    for (const [method, path, body, status] of [
      ['POST', 'roles', { userId: mine.id, ...managing }, 409],
      ['POST', 'roles', { userId: mine.id, role: 'org_admin', ...confirmation }, 409],
      ['POST', 'roles', { userId: things.user, role: 'it', ...confirmation }, 422],
      ['POST', 'roles', { userId: staff!.id, role: 'org_admin', ...confirmation }, 422],
      ['DELETE', `roles/${staff!.role}`, undefined, 404],
      ['POST', 'custom-roles', { ...mighty, level: 'platform', permissions: ['audit.see'] }, 422],
      ['POST', 'custom-roles', { ...mighty, permissions: ['platform.administer'] }, 422],
      ['PATCH', 'custom-roles/org_admin', { active: false }, 409],
      ['PATCH', 'custom-roles/it', { active: false }, 404],
      ['GET', 'custom-roles/it', undefined, 404],
      ['GET', `users/${staff!.id}`, undefined, 404],
      ['PATCH', `users/${staff!.id}`, { name: 'Renamed' }, 404],
      ['POST', `users/${staff!.id}/close`, undefined, 404],
      ['POST', `users/${staff!.id}/factor-reset`, { identityCheck: 'None' }, 404],
      ['POST', `users/${staff!.id}/invitation`, undefined, 404],
      ['POST', 'users', { email: 'me@example.org', name: 'Me', organisationId: null }, 422],
      ['PATCH', `organisations/${things.organisation}`, { operator: true }, 422],
      [
        'PUT',
        `applications/${it.applicationId}/grants/${ownResource}`,
        { scopes: ['provisioning.write'] },
        422,
      ],
    ] as const) {
      const answer = await ask(method, path, body);
      expect([method, path, answer.status]).toEqual([method, path, status]);
    }
    const allowed = await ask('PUT', `applications/${things.application}/grants/${ownResource}`, {
      scopes: ['secrets.manage'],
    });
    expect(allowed.status).toBe(200);
  });
});

describe('what is taken away works at the next call', () => {
  const of = (program: Program) => programs.call(program.token, 'GET', 'applications');
  const change = (sql: string, id: string) =>
    service.dataSource.query(sql, [id, service.clock.now()]);

  test.each([
    ['the secret off', `update secrets set disabled_at = $2 where id = $1`, 'secretId', 401],
    ['the secret gone', `update secrets set deleted_at = $2 where id = $1`, 'secretId', 401],
    [
      'the application disabled',
      `update applications set disabled_at = $2 where id = $1`,
      'applicationId',
      401,
    ],
    [
      'the grant gone',
      `delete from grants where application_id = $1 and granted_at <= $2`,
      'applicationId',
      401,
    ],
    [
      'the scope gone',
      `update grants set scopes = '{audit.read}' where application_id = $1 and granted_at <= $2 and scopes <> '{}'`,
      'applicationId',
      403,
    ],
  ] as const)('%s', async (_, sql, which, status) => {
    const program = await programs.member('Partner-DE-Donautal-SMC', memberScopes);
    expect((await of(program)).status).toBe(200);
    await change(sql, program[which]);
    expect((await of(program)).status).toBe(status);
    await service.dataSource.query(`update applications set disabled_at = null where id = $1`, [
      program.applicationId,
    ]);
  });

  test('an ended and a revoked token', async () => {
    const program = await programs.member('Partner-DE-Donautal-SMC', memberScopes);
    await fetch(`${service.url}/oauth2/revoke`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${program.clientId}:${program.value}`)}` },
      body: new URLSearchParams({ token: program.token }),
    });
    expect((await of(program)).status).toBe(401);
    const next = { ...program, token: await programs.token(program.clientId, program.value) };
    expect((await of(next)).status).toBe(200);
    service.clock.advance(3_600_000);
    expect((await of(next)).status).toBe(401);
  });
});

/** All rows that belong to an application and its organisation. */
async function everythingOf({ applicationId, organisationId }: Program): Promise<unknown> {
  return service.dataSource.query(
    `select (select json_agg(o) from organisations o where id = $2) as organisation,
       (select json_agg(a order by id) from applications a where organisation_id = $2) as applications,
       (select json_agg(g order by resource_id) from grants g where application_id = $1) as grants,
       (select json_agg(s order by id) from secrets s where application_id = $1) as secrets,
       (select json_agg(d order by id) from domains d where application_id = $1) as domains,
       (select json_agg(u order by id) from users u where organisation_id = $2) as users,
       (select json_agg(r order by id) from role_assignments r where organisation_id = $2) as roles`,
    [applicationId, organisationId],
  );
}
