import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request as httpRequest } from 'node:http';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Program, Programs } from './cast.js';
import { makeThings, newOrganisation, ofTheMember, validCalls } from './valid-calls.js';

let service: TestApp;
let programs: Programs;
let it: Program;
let member: Program;
let calls: ReturnType<typeof validCalls>;

beforeAll(async () => {
  service = await startTestApp({ API_CALLS_PER_MINUTE: '1000000', SECRETS_PER_APPLICATION: '100' });
  programs = new Programs(service);
  it = await programs.operator();
  member = await programs.member('Partner-NL-Matchpunt-SMC', ['secrets.manage']);
  calls = validCalls(await makeThings(programs, it, member), member);
});
afterAll(() => service.close());

/** With `FUZZ=300` as many as the promise names (H1); fewer in every run of the tests. */
const mutations = Number(process.env.FUZZ ?? 25);

/** Small and seeded, so that what failed comes again. */
function dice(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const hostile: unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  9007199254740993,
  '',
  ' ',
  [],
  {},
  [[[]]],
  { toString: 1 },
  'x'.repeat(20_000),
  '\u0000',
  '\ud800',
  '\u202e\u200b',
  '👩‍👩‍👧‍👦'.repeat(40),
  "'; drop table secrets; --",
  '<script>alert(1)</script>',
  '${7*7}',
  '../../etc/passwd',
  '=cmd|x',
  '0000-00-00',
  '2027-02-29',
  '9999-12-31',
  '+275760-09-13T00:00:00Z',
  '2027-03-01T25:00:00Z',
  '00000000-0000-0000-0000-000000000000',
  'NaN',
  ['secrets.manage', 'secrets.manage'],
  Array(60).fill('x'),
];

const odd = ['', '0', '__proto', 'id', 'constructor', 'x'.repeat(500), 'ключ', '\u0000', 'a.b[0]'];

function mutated(body: Record<string, unknown>, roll: () => number): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(roll() * list.length)]!;
  const copy: Record<string, unknown> = { ...body };
  for (let step = 0; step <= roll() * 3; step++) {
    const key = pick([...Object.keys(body), pick(odd)]);
    if (roll() < 0.2) delete copy[key];
    else copy[key] = pick(hostile);
  }
  return roll() < 0.05 ? pick(hostile) : copy;
}

/** Pieces of the file go, come twice, or make room for what nobody expects there. */
function mutatedText(text: string, roll: () => number): string {
  const lines = text.split('\n');
  const place = () => Math.floor(roll() * lines.length);
  const texts = [
    ...hostile.map((each) => JSON.stringify(each)),
    '- ',
    ': ',
    '&a',
    '*a',
    '!!js',
    '"',
  ];
  for (let step = 0; step <= roll() * 3; step++) {
    const at = place();
    const piece = texts[Math.floor(roll() * texts.length)]!;
    if (roll() < 0.3) lines.splice(at, 1);
    else if (roll() < 0.3) lines.splice(at, 0, lines[place()] ?? '');
    else lines[at] = (lines[at] ?? '').replace(/[^:]*$/, ` ${piece}`);
  }
  return lines.join('\n');
}

test(`${mutations} mutations of each body: no fault of ours, no slow answer, nothing told`, async () => {
  const seed = 20261201;
  const roll = dice(seed);
  const tells = /\bat \/|node_modules|select |insert into|violates|QueryFailed|TypeError/;
  for (const [operation, { method, path, body, headers }] of Object.entries(calls)) {
    if (!body) continue;
    const token = ofTheMember.includes(operation) ? member.token : it.token;
    for (let count = 0; count < mutations; count++) {
      const sent = typeof body === 'string' ? mutatedText(body, roll) : mutated(body, roll);
      const start = performance.now();
      const answer = await programs.call(token, method, path, sent, headers);
      const took = performance.now() - start;
      const told = tells.test(JSON.stringify(answer.body));
      const what = { seed, operation, sent: JSON.stringify(sent).slice(0, 300) };
      expect({ ...what, fault: answer.status >= 500, slow: took > 2000, told }).toEqual({
        ...what,
        fault: false,
        slow: false,
        told: false,
      });
    }
  }
}, 300_000);

describe('what nobody asked for', () => {
  test.each([
    'id',
    'clientId',
    'role',
    'isStaff',
    'it',
    'operator',
    'hash',
    'digest',
    'keyNumber',
    'value',
    'hint',
    'createdBy',
    'createdAt',
    'disabledAt',
    'deletedAt',
    'passwordHash',
    'activatedAt',
    'applicationId',
    'grantedBy',
  ])('%s in a body is refused, not stored and not told', async (field) => {
    const wish = newOrganisation();
    const answer = await programs.call(it.token, 'POST', 'organisations', {
      ...wish,
      [field]: 'marker-4711',
    });
    expect([answer.status, answer.body.errors[0]!.pointer]).toEqual([422, `/${field}`]);
    expect(JSON.stringify(answer.body)).not.toContain('marker-4711');
    const rows = await service.dataSource.query<unknown[]>(
      `select 1 from organisations where slug = $1`,
      [wish.slug],
    );
    expect(rows).toEqual([]);
  });

  test('ids of others in headers are nobody’s business', async () => {
    const answer = await programs.call(member.token, 'GET', 'self', undefined, {
      'x-org': it.organisationId,
      'x-application-id': it.applicationId,
      'x-http-method-override': 'DELETE',
    });
    expect(answer.body.applicationId).toBe(member.applicationId);
  });
});

test('a prototype is not for callers', async () => {
  const post = (body: string, token = it.token) =>
    fetch(`${service.url}/api/v1/organisations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body,
    });
  const wish = JSON.stringify(newOrganisation()).slice(0, -1);
  for (const poison of [
    `${wish},"__proto__":{"operator":true}}`,
    `${wish},"constructor":{"prototype":{"operator":true}}}`,
    `{"__proto__":${wish}}}`,
  ]) {
    const { status } = await post(poison);
    expect([poison.slice(-60), [400, 422].includes(status)]).toEqual([poison.slice(-60), true]);
  }
  for (const query of ['__proto__[operator]=1', 'constructor.prototype.operator=1']) {
    const answer = await programs.call(it.token, 'GET', `organisations?${query}`);
    expect(answer.status).toBe(400);
  }
  expect(({} as Record<string, unknown>).operator).toBeUndefined();
  const clean = await programs.call(it.token, 'POST', 'organisations', newOrganisation());
  expect([clean.status, clean.body.operator]).toEqual([201, false]);
});

describe('a walk through a list', () => {
  const walk = async (first: string, between?: () => Promise<unknown>) => {
    const ids: string[] = [];
    let path: string | null = first;
    while (path) {
      const answer = await programs.call(it.token, 'GET', path);
      expect(answer.status).toBe(200);
      ids.push(...answer.body.items.map(({ id }) => id));
      const { next } = answer.body;
      expect(answer.headers.get('link')).toBe(next && `<${next}>; rel="next"`);
      path = next && next.replace(/^.*\/api\/v1\//, '');
      await between?.();
    }
    return ids;
  };

  test('meets each row that was there once, while others are added', async () => {
    const before = await walk('organisations?limit=100');
    const during = await walk('organisations?limit=3', () =>
      programs.call(it.token, 'POST', 'organisations', newOrganisation()),
    );
    expect(new Set(during).size).toBe(during.length);
    expect(before.filter((id) => !during.includes(id))).toEqual([]);
  });

  test('keeps its filter, and the newest event stays first', async () => {
    const events = await walk('audit-events?limit=40&action=organisation.create');
    expect(events.length).toBeGreaterThan(5);
    expect(events).toEqual([...events].sort((one, other) => Number(other) - Number(one)));
  });

  test('is cut to a hundred, and takes no cursor of another list', async () => {
    for (let count = 0; count < 120; count++) {
      await service.dataSource.query(
        `insert into organisations (id, country, name, slug, created_at)
         values (gen_random_uuid(), 'NL', 'Many', $1, now())`,
        [`Many${count}`],
      );
    }
    const page = await programs.call(it.token, 'GET', 'organisations?limit=1000000000');
    expect(page.body.items).toHaveLength(100);
    const cursor = new URL(page.body.next!).searchParams.get('after');
    const foreign = await programs.call(it.token, 'GET', `users?after=${cursor}`);
    expect([foreign.status, foreign.body.errors[0]!.parameter]).toEqual([400, 'after']);
  });
});

test('a cut connection leaves one secret, and its retry names it', async () => {
  const path = `/api/v1/applications/${member.applicationId}/secrets`;
  const before = await madeByMember();
  for (let cut = 0; cut < 10; cut++) {
    const key = `cut-${cut}`;
    await cutAfterSending(path, key);
    const headers = { 'idempotency-key': key };
    const retry = await programs.call(member.token, 'POST', path, {}, headers);
    // Cut before the commit: this request made it. After: it is told of the orphan.
    expect([201, 409]).toContain(retry.status);
    const again = await programs.call(member.token, 'POST', path, {}, headers);
    expect([again.status, again.body.code]).toEqual([409, 'secret_already_created']);
    expect(await madeByMember()).toBe(before + cut + 1);
  }
});

async function madeByMember(): Promise<number> {
  const [made] = await service.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from secrets where created_by_secret = $1`,
    [member.secretId],
  );
  return made!.count;
}

/** Sends a complete request and is gone as soon as the server has it. */
function cutAfterSending(path: string, key: string): Promise<void> {
  return new Promise((resolve) => {
    const request = httpRequest(new URL(path, service.url), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${member.token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
    });
    request.on('error', () => undefined);
    request.on('close', () => resolve());
    request.end('{}', () => setImmediate(() => request.destroy()));
  });
}
