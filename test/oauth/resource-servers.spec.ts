import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Resources } from '../../src/applications/resources.service.js';
import { OpaqueTokens } from '../../src/oauth/opaque-tokens.service.js';
import { ResourceSecrets } from '../../src/secrets/resource-secrets.service.js';
import { altered } from '../support/altered.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken, basic, type Credentials, introspect, postForm } from '../support/machine.js';

const audience = 'https://match-connect.api.example.org';
const inactive = '{"active":false}';

let service: TestApp;
let client: Credentials;
let other: Credentials;
let server: Credentials & { id: string };
let foreignServer: Credentials;

beforeAll(async () => {
  service = await startTestApp();
  client = secretOf('Search server');
  other = secretOf('Donor upload');
  server = await newServer('match-connect');
  foreignServer = await newServer('search-match');
});
afterAll(() => service.close());

function secretOf(name: string): Credentials {
  return service.world.secrets.find((each) => each.name === name)!;
}

function get<T>(type: abstract new (...args: never[]) => T): T {
  return service.app.get(type as never, { strict: false });
}

/** IT gives the resource server of this scope a secret that lives until 1 June. */
async function newServer(scope: string): Promise<Credentials & { id: string }> {
  const [resource] = await service.dataSource.query<{ id: string }[]>(
    `select id from resources where scope = $1`,
    [scope],
  );
  const { secret, value } = await get(ResourceSecrets).issue(await it(), resource!.id, {
    name: 'Gateway',
    lastDay: '2027-06-01',
  });
  return { clientId: resource!.id, value, id: secret.id };
}

async function it() {
  const [row] = await service.dataSource.query<{ id: string; name: string }[]>(
    `select id, name from users where email = 'ines@keyturn.example'`,
  );
  return { ...row!, address: null };
}

async function useFormat(format: 'jwt' | 'opaque', minutes = '60'): Promise<void> {
  await get(Resources).setTokens(await it(), server.clientId, { format, minutes });
}

async function token(): Promise<string> {
  const { status, body } = await askToken(service.url, client, { resource: audience });
  expect(status).toBe(200);
  return body.access_token as string;
}

const about = (as: Credentials, each: string) => introspect(service.url, as, each);

describe.each(['jwt', 'opaque'] as const)('a token as %s (T3, T5)', (format) => {
  beforeAll(() => useFormat(format));

  test('is told to its client and to the resource server of its audience alone', async () => {
    const given = await token();
    expect(given.split('.')).toHaveLength(format === 'jwt' ? 3 : 1);
    const told = await about(server, given);
    expect(told.headers.get('content-type')).toMatch(/^application\/json/);
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(told.body).toEqual({
      active: true,
      token_type: 'Bearer',
      iss: service.config.PUBLIC_URL,
      aud: audience,
      sub: client.clientId,
      client_id: client.clientId,
      scope: 'match-connect',
      iat: expect.any(Number),
      exp: expect.any(Number),
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
      secret_id: expect.any(String),
      organisation_id: expect.any(String),
    });
    expect((told.body.exp as number) - (told.body.iat as number)).toBe(3600);
    expect((await about(client, given)).body).toEqual(told.body);
    for (const stranger of [other, foreignServer]) {
      expect((await about(stranger, given)).text).toBe(inactive);
    }
  });

  test('is revoked by its client alone', async () => {
    const given = await token();
    const revoke = (as: Credentials) =>
      postForm(`${service.url}/oauth2/revoke`, { token: given, token_type_hint: 'x' }, as);
    for (const stranger of [other, server, foreignServer]) {
      expect([(await revoke(stranger)).status, (await about(server, given)).body.active]).toEqual([
        200,
        true,
      ]);
    }
    expect((await revoke(client)).status).toBe(200);
    expect((await revoke(client)).status).toBe(200);
    expect((await about(server, given)).text).toBe(inactive);
  });

  test.each([
    ['its secret is off', `update secrets set disabled_at = $2 where name = $1`],
    ['its secret is deleted', `update secrets set deleted_at = $2 where name = $1`],
    [
      'its application is disabled',
      `update applications a set disabled_at = $2 from secrets s where s.application_id = a.id and s.name = $1`,
    ],
    [
      'its application is deleted',
      `update applications a set deleted_at = $2 from secrets s where s.application_id = a.id and s.name = $1`,
    ],
  ])('ends at once when %s', async (_, end) => {
    const given = await token();
    expect((await about(server, given)).body.active).toBe(true);
    await service.dataSource.query(end, ['Search server', service.clock.now()]);
    expect((await about(server, given)).text).toBe(inactive);
    await service.dataSource.query(end, ['Search server', null]);
    expect((await about(server, given)).body.active).toBe(true);
  });

  test('ends when the grant is withdrawn, and when its time is over', async () => {
    const given = await token();
    const [grant] = await service.dataSource.query<[{ application_id: string }][]>(
      `delete from grants g using secrets s where g.application_id = s.application_id
       and s.name = $1 and g.resource_id = $2 returning g.application_id`,
      ['Search server', server.clientId],
    );
    expect((await about(server, given)).text).toBe(inactive);
    await service.dataSource.query(
      `insert into grants (application_id, resource_id, granted_at) values ($1, $2, $3)`,
      [grant![0].application_id, server.clientId, service.clock.now()],
    );
    expect((await about(server, given)).body.active).toBe(true);
    service.clock.advance(3_600_000 - 1000);
    expect((await about(server, given)).body.active).toBe(true);
    service.clock.advance(1000);
    expect((await about(server, given)).text).toBe(inactive);
  });

  test('lives as long as IT says', async () => {
    await useFormat(format, '1');
    const { body } = await askToken(service.url, client, { resource: audience });
    expect(body.expires_in).toBe(60);
    const told = await about(server, body.access_token as string);
    expect((told.body.exp as number) - (told.body.iat as number)).toBe(60);
    await useFormat(format);
  });
});

describe('an opaque token', () => {
  test('is stored as a digest alone, and forgotten after its end', async () => {
    await useFormat('opaque');
    const given = await token();
    const rows = await service.dataSource.query<{ row: string }[]>(
      `select t::text as row from opaque_tokens t`,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows) expect(row).not.toContain(given.slice(5, 15));
    service.clock.advance(3_600_001);
    await get(OpaqueTokens).forgetEnded();
    expect(await service.dataSource.query(`select 1 from opaque_tokens`)).toEqual([]);
    await useFormat('jwt');
  });

  test.each(['kto1_', `kto1_${'A'.repeat(43)}`, 'kto1_\u0000', 'x'.repeat(50_000)])(
    'that is none is inactive (%#)',
    async (each) => expect((await about(server, each)).text).toBe(inactive),
  );
});

describe('a resource server', () => {
  test('gets no token for itself (RFC 6749 section 5.2)', async () => {
    const { status, body } = await askToken(service.url, server, { resource: audience });
    expect([status, body.error]).toEqual([400, 'unauthorized_client']);
  });

  test('learns about its own secret, for its monitoring', async () => {
    const response = await fetch(`${service.url}/api/v1/self/secret`, {
      headers: { authorization: basic(server) },
    });
    expect(await response.json()).toMatchObject({
      client_id: server.clientId,
      resource: audience,
      secret: { name: 'Gateway', last_day: '2027-06-01' },
    });
  });

  test('is refused from the moment on that its secret is off, deleted or over', async () => {
    const given = await token();
    const secrets = get(ResourceSecrets);
    const as = await it();
    const known = async () => (await about(server, given)).status;
    expect(await known()).toBe(200);
    await secrets.switchOff(as, server.clientId, server.id);
    expect(await known()).toBe(401);
    await secrets.switchOn(as, server.clientId, server.id);
    expect(await known()).toBe(200);
    const now = service.clock.now();
    service.clock.set(new Date('2027-06-01T23:59:59.999Z'));
    expect(await known()).toBe(200);
    service.clock.set(new Date('2027-06-02T00:00:00Z'));
    expect(await known()).toBe(401);
    service.clock.set(now);
    await secrets.delete(as, server.clientId, server.id);
    expect(await known()).toBe(401);
  });

  test('cannot be told from an application by a wrong secret', async () => {
    const wrong = (clientId: string) => about({ clientId, value: altered(client.value) }, 'x');
    const [one, two] = [await wrong(foreignServer.clientId), await wrong(client.clientId)];
    expect([one.status, one.text]).toEqual([two.status, two.text]);
    const mixed = await about({ clientId: client.clientId, value: foreignServer.value }, 'x');
    expect([mixed.status, mixed.text]).toEqual([401, two.text]);
  });
});
