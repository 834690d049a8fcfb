import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { type Answer, type Program, Programs } from './cast.js';
import { asYaml, newFile } from './valid-calls.js';

let service: TestApp;
let programs: Programs;
let it: Program;

beforeAll(async () => {
  service = await startTestApp({ API_CALLS_PER_MINUTE: '1000000' });
  programs = new Programs(service);
  it = await programs.operator();
});
afterAll(() => service.close());

const post = (path: string, file: string, type = 'application/yaml') =>
  programs.call(it.token, 'POST', `provisioning/${path}`, file, { 'content-type': type });
const exported = (query = '', headers = {}) =>
  programs.call(it.token, 'GET', `provisioning/export${query}`, undefined, headers);
const places = ({ body }: Answer) =>
  body.errors.map(({ line, column, detail }) => `${line}:${column}: ${detail}`);

interface Planned {
  fingerprint: string;
  counts: Record<string, number>;
  entries: { action: string; what: string; name: string; line: number | null }[];
}
const planned = ({ body }: Answer) => body as unknown as Planned;

const many = (count: number) =>
  `organisations:\n${Array.from({ length: count }, (_, n) => `  - {country: PL, slug: Many${n}, name: "Member number ${n}", ion: ""}`).join('\n')}\n`;

describe('plan and apply', () => {
  test('do what the plan says, once, and the audit names the program', async () => {
    const plan = await post('plan', newFile);
    expect(planned(plan)).toMatchObject({
      counts: { create: 5, change: 0, same: 0, remove: 0 },
      entries: [
        { action: 'create', what: 'organisation', name: 'SE/Filed', line: 2, column: 5 },
        { what: 'application' },
        { what: 'grant' },
        { what: 'user' },
        { what: 'role' },
      ],
    });
    const { fingerprint, counts } = planned(plan);
    const other = newFile.replace('A name', 'Another');
    const refused = await post(`apply?fingerprint=${fingerprint}`, other);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    const done = await post(`apply?fingerprint=${fingerprint}`, newFile);
    expect([done.status, done.body]).toEqual([200, { counts }]);
    // Where the answer was lost, the plan tells.
    const again = planned(await post('plan?brief=true', newFile));
    expect(again).toMatchObject({ counts: { create: 0, same: 5 }, entries: [] });
    expect((await post(`apply?fingerprint=${fingerprint}`, newFile)).status).toBe(409);
    const [event] = await service.dataSource.query<{ name: string; caller: string }[]>(
      `select actor_name as name, detail->>'callerApplication' as caller from audit_events
       where action = 'file.apply'`,
    );
    expect(event).toEqual({
      name: expect.stringContaining('Partner-NL-Operations-KT, secret'),
      caller: it.applicationId,
    });
  });

  test('remove with prune alone', async () => {
    const fewer = newFile.slice(0, newFile.indexOf('users:')) + 'users: []\n';
    expect(planned(await post('plan', fewer)).counts.remove).toBe(0);
    const { counts, fingerprint } = planned(await post('plan?prune=true', fewer));
    expect(counts.remove).toBe(1);
    expect((await post(`apply?fingerprint=${fingerprint}`, fewer)).status).toBe(409);
    expect((await post(`apply?prune=true&fingerprint=${fingerprint}`, fewer)).status).toBe(200);
  });

  test('name each error with its place, and how many there are of very many', async () => {
    const broken = await post(
      'plan',
      'row,country,slug,name\norganisation,UK,a b,\nuser,,,',
      'text/csv',
    );
    expect(broken.status).toBe(422);
    expect(places(broken)).toEqual([
      expect.stringMatching(/^2:1: "name" is missing/),
      expect.stringMatching(/^2:2: .*GB/),
      expect.stringMatching(/^2:3: /),
      expect.stringMatching(/^3:1: "email" is missing/),
      expect.stringMatching(/^3:1: "name" is missing/),
    ]);
    const very = await post('apply?fingerprint=x', `users:\n${'  - {name: x}\n'.repeat(1_500)}`);
    expect([very.status, very.body.errors.length, very.body.errorCount]).toEqual([
      422, 1_000, 1_500,
    ]);
  });
});

describe('operator staff', () => {
  test('is not in the export, cannot be made, and does not exist as a name', async () => {
    const staff = await service.dataSource.query<{ email: string }[]>(
      `select email from users where organisation_id is null and closed_at is null`,
    );
    expect(staff.length).toBeGreaterThan(0);
    const { email } = staff[0]!;
    const whole = await exported();
    expect(staff.filter((each) => JSON.stringify(whole.body).includes(each.email))).toEqual([]);
    const text = `users:
  - {email: new-it@example.org, name: New}
  - {email: ${email}, name: Renamed}
roles:
  - {user: ${email}, role: it}
  - {user: ${email}, role: org_admin, confirmed_by: Me, confirmed_on: 2026-11-20}
`;
    const found = places(await post('plan', text));
    const nobody = await post('plan', text.replaceAll(email, 'nobody@example.org'));
    expect(found.map((each) => each.slice(0, 40))).toEqual([
      '2:5: Operator staff are looked after by ',
      '3:5: Operator staff are looked after by ',
      '5:5: Operator staff are looked after by ',
      `6:12: The account "${email}" is neither`.slice(0, 40),
    ]);
    expect(places(nobody)).toEqual(
      found.map((each) => each.replaceAll(email, 'nobody@example.org')),
    );
  });
});

describe('export', () => {
  test('is the file that a plan calls the same, in both forms', async () => {
    for (const [format, type] of [
      ['yaml', 'application/yaml'],
      ['csv', 'text/csv'],
    ] as const) {
      const byName = await exported(`?format=${format}`, { accept: 'application/json' });
      const byHeader = await exported('', { accept: type });
      expect(byName.headers.get('content-type')).toContain(type);
      expect(byHeader.body).toEqual(byName.body);
      const file = (byName.body as unknown as { text: string }).text;
      const { counts, entries } = planned(await post('plan?prune=true&brief=true', file, type));
      expect([counts.create! + counts.change! + counts.remove!, entries]).toEqual([0, []]);
    }
    const neither = await exported('', { accept: 'application/json' });
    expect([neither.status, neither.body.code]).toEqual([406, 'not_acceptable']);
  });
});

describe('a large file', () => {
  test('is read beside the service, one at a time, and applied as a small one is', async () => {
    const text = many(2_500);
    let reading = true;
    const two = [post('plan?brief=true', text), post('plan', text)];
    const both = Promise.all(two).finally(() => (reading = false));
    let answered = 0;
    for (; reading; answered++) await programs.call(it.token, 'GET', 'self');
    const statuses = (await both).map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 429]);
    // Where the file is read by the service itself, two or three come before and after.
    expect(answered).toBeGreaterThan(10);
    const refused = (await both).find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after')).toBe('5');
    const { fingerprint, counts } = planned((await both).find(({ status }) => status === 200)!);
    expect(counts.create).toBe(2_500);
    const done = await post(`apply?fingerprint=${fingerprint}`, text);
    expect([done.status, (done.body as unknown as Planned).counts]).toEqual([200, counts]);
  });

  test('is answered by an instance that stops, which is down right after', async () => {
    const second = await service.secondInstance();
    const blocker = service.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query('lock table apis in access exclusive mode');
    const answer = fetch(`${second.url}/api/v1/provisioning/plan`, {
      method: 'POST',
      headers: { ...asYaml, authorization: `Bearer ${it.token}` },
      body: many(3),
    });
    await waitingFor(blocker, 1);
    const closed = second.close();
    await blocker.rollbackTransaction();
    await blocker.release();
    expect((await answer).status).toBe(200);
    expect((await answer).headers.get('connection')).toBe('close');
    await closed;
  });

  test('whose sender may not come in is not read', async () => {
    const { port } = new URL(service.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1');
      socket.setEncoding('utf8').once('data', (text: string) => {
        resolve(text);
        socket.destroy();
      });
      socket.on('error', reject);
      // A megabyte is announced, and never comes.
      socket.write(
        `POST /api/v1/provisioning/plan HTTP/1.1\r\nhost: x\r\ncontent-type: ${asYaml['content-type']}\r\ncontent-length: 1000000\r\n\r\n`,
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
  });

  test('is taken at no other address', async () => {
    const answer = await programs.call(it.token, 'POST', 'organisations', 'name: x', asYaml);
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
  });

  test.each(['gzip', 'GZIP', 'br', 'gzip, identity', 'nonsense'])(
    'is not taken in the encoding %s',
    async (encoding) => {
      const headers = { ...asYaml, 'content-encoding': encoding };
      const answer = await programs.call(it.token, 'POST', 'provisioning/plan', newFile, headers);
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type']);
      expect(answer.body.detail).toBe('Send the body without Content-Encoding.');
      const plain = { ...asYaml, 'content-encoding': 'identity' };
      const taken = await programs.call(it.token, 'POST', 'provisioning/plan', many(1), plain);
      expect(taken.status).toBe(200);
    },
  );
});
