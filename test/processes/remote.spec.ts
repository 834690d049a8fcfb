import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Program, Programs } from '../api/cast.js';
import { RemoteService } from '../../src/cli/remote/remote-service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { DemoProcesses, freePort } from '../support/demo-process.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let service: TestApp;
let it: Program;
let folder: string;
let elsewhere: DemoProcesses;

beforeAll(async () => {
  service = await startTestApp();
  it = await new Programs(service).operator();
  folder = (await temporaryFolder()).path;
  elsewhere = new DemoProcesses(folder);
});
afterAll(() => service.close());

function keyturn(args: string[], changes: Record<string, string> = {}) {
  return elsewhere.output(['dist/src/cli.js', ...args], {
    KEYTURN_URL: service.url,
    KEYTURN_CLIENT_ID: it.clientId,
    KEYTURN_CLIENT_SECRET: it.value,
    ...changes,
  });
}

const many = Array.from(
  { length: 110 },
  (_, n) => `  - {country: SE, slug: S${n}, name: Member ${n}}`,
);
const members = `organisations:\n${many.join('\n')}\n`;

test('a file goes its whole way from another machine, which needs no database', async () => {
  const file = join((await temporaryFolder()).path, 'members.yaml');
  await writeFile(file, members);
  const plan = await keyturn(['plan', file, '--brief']);
  expect(plan).toMatchObject({ status: 2, err: '' });
  expect(plan.out).toContain('+ organisation SE/S0 (line 2): name "Member 0"');
  const fingerprint = /Fingerprint: (\w+)/.exec(plan.out)![1]!;
  expect(await keyturn(['apply', file, '--fingerprint', fingerprint])).toEqual({
    status: 0,
    out: 'Done: 110 created, 0 changed, 0 as before, 0 removed.\n',
    err: '',
  });
  await writeFile(file, 'organisations:\n  - {country: SE, slug: Nord}\n');
  const [faulty, exported] = await Promise.all([
    keyturn(['plan', file]),
    keyturn(['export', '--form', 'csv']),
  ]);
  expect(faulty).toEqual({
    status: 1,
    out: '',
    err: `${file}:2:5: "name" is missing.\nOne error; nothing can be applied.\n`,
  });
  expect(exported.out).toMatch(/^organisation,,Member 109,.*,SE,S109,/m);
  expect(readdirSync(folder)).toEqual([]);
}, 60_000);

test('invitation, forecast and audit come from the service; what needs the database says so', async () => {
  const person = ['--email', 'far@example.org', '--name', 'Far', '--organisation', 'NL/matchpunt'];
  const invited = await keyturn(['invite', ...person]);
  expect(invited).toMatchObject({ status: 0, out: 'far@example.org has been invited.\n' });
  const [forecast, audit, keys] = await Promise.all([
    keyturn(['forecast', '--days', '60']),
    keyturn(['audit', 'export', '--form', 'json', '--from', '2026-12-01']),
    keyturn(['keys', 'list']),
  ]);
  expect(forecast.out).toContain('of Partner-NL-Matchpunt-SMC');
  const events = JSON.parse(audit.out) as { id: string; action: string }[];
  expect(events.length).toBeGreaterThan(110);
  expect(events.at(-1)).toMatchObject({ action: 'user.invite', subject: 'far@example.org' });
  expect(events.map(({ id }) => Number(id))).toEqual(
    events.map(({ id }) => Number(id)).sort((one, other) => one - other),
  );
  expect([keys.status, keys.err]).toEqual([
    2,
    '"keyturn keys list" needs the database: run it on the server, without KEYTURN_URL.\n',
  ]);
}, 60_000);

test('what goes wrong between here and there is said in words, and never with the secret', async () => {
  const odd = createServer((_request, response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<h1>Bad gateway</h1>');
  });
  await new Promise<void>((ready) => odd.listen(0, '127.0.0.1', ready));
  const proxy = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
  const wrong = `${it.value.slice(0, -1)}${it.value.endsWith('A') ? 'B' : 'A'}`;
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  for (const [changes, text] of [
    [{ clientSecret: wrong }, 'KEYTURN_CLIENT_SECRET are not good'],
    [{ url: nowhere }, 'nothing listens there (ECONNREFUSED)'],
    [{ url: 'https://nothing.invalid' }, /there is no machine of this name|looked up right now/],
    [{ url: service.url.replace('http', 'https') }, 'it does not speak TLS'],
    [{ url: proxy }, 'answered 502, and not as Keyturn does'],
  ] as const) {
    const remote = { url: service.url, clientId: it.clientId, clientSecret: it.value, ...changes };
    const fault = await new RemoteService(remote)
      .json('GET', 'self')
      .catch((error: Error) => error);
    const { message } = fault as Error;
    expect(message).toEqual(
      typeof text === 'string' ? expect.stringContaining(text) : expect.stringMatching(text),
    );
    expect([message.includes(it.value), message.includes(wrong)]).toEqual([false, false]);
  }
  odd.close();
});
