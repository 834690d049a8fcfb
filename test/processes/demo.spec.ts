import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DemoProcesses, freePort, type DemoInstance, stop } from '../support/demo-process.js';
import { askToken } from '../support/machine.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Visitor } from '../support/visitor.js';

let processes: DemoProcesses;

beforeAll(async () => {
  processes = new DemoProcesses((await temporaryFolder()).path);
});
afterAll(() => processes.stopAll());

async function written(text: string): Promise<string> {
  const file = join((await temporaryFolder()).path, 'members.yaml');
  await writeFile(file, text);
  return file;
}

describe('the demo as people start it', () => {
  let first: DemoInstance;

  test('says on one line where it is, who can sign in and with what', async () => {
    first = await processes.start();
    const { url, mailbox, accounts, applications, secrets } = first.ready;
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(mailbox).toBe(`${url}/mailbox`);
    expect(new Set(accounts.map(({ role }) => role))).toEqual(
      new Set(['it', 'org_admin', 'credential_manager', 'none']),
    );
    expect(applications.map(({ name }) => name)).toContain('Partner-NL-Matchpunt-SMC');
    expect(secrets[0]!.value).toMatch(/^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/);
  });

  test('has a program of the operator, which reaches everything by the API', async () => {
    const { url, applications, secrets } = first.ready;
    const { clientId } = applications.find(({ name }) => name === 'Partner-NL-Keyturn-KT')!;
    const { value } = secrets.find((secret) => secret.clientId === clientId)!;
    const token = await askToken(url, { clientId, value }, { resource: `${url}/api/v1` });
    const headers = { authorization: `Bearer ${String(token.body.access_token)}` };
    const answer = await fetch(`${url}/api/v1/organisations`, { headers });
    const { items } = (await answer.json()) as { items: { name: string }[] };
    expect(items.map(({ name }) => name)).toContain('Stichting Matchpunt');
  });

  test('a second instance needs another port only, and shares the sessions', async () => {
    const second = await processes.start();
    expect(second.ready.accounts).toEqual(first.ready.accounts);
    const visitor = new Visitor(first.ready.url);
    const anna = first.ready.accounts.find(({ email }) => email.startsWith('anna'))!;
    await visitor.signIn(anna);
    expect(visitor.page.path).toBe('/manage-api-credentials');
    const elsewhere = new Visitor(second.ready.url);
    visitor.cookies.forEach((value, name) => elsewhere.cookies.set(name, value));
    await elsewhere.get('/manage-api-credentials/');
    expect(elsewhere.words).toContain('Partner-NL-Matchpunt-SMC');

    // A token bought at one is known at the other, and ends at both.
    const { clientId, value } = first.ready.secrets.find(({ name }) => name === 'Donor upload')!;
    const ask = async (url: string, path: string, fields: Record<string, string>) => {
      const answer = await fetch(`${url}/oauth2/${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${value}`)}` },
        body: new URLSearchParams(fields),
      });
      return (path === 'revoke' ? {} : await answer.json()) as Record<string, unknown>;
    };
    const [here, there] = [first.ready.url, second.ready.url];
    const { access_token } = await ask(here, 'token', {
      grant_type: 'client_credentials',
      resource: 'https://data-manager.api.example.org',
    });
    const token = String(access_token);
    expect(await ask(there, 'introspect', { token })).toMatchObject({ active: true });
    await ask(there, 'revoke', { token });
    expect(await ask(here, 'introspect', { token })).toEqual({ active: false });
    await stop(second.child);
  });

  test('says on the command line what goes out on any day, then sends that, once', async () => {
    const day = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
    const on = ['--as-of', `${day}T07:00:00Z`, '--json'];
    const said = await processes.output(['dist/src/cli.js', 'forecast', '--days', '1', ...on]);
    expect(said.status).toBe(0);
    const mails = said.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { day: string; to: object | null; secrets: object[] });
    expect(new Set(mails.map((mail) => mail.day))).toEqual(new Set([day]));
    const reminders = mails.filter(({ to }) => to).flatMap(({ secrets }) => secrets);
    const args = ['dist/src/cli.js', 'remind', ...on];
    const sent = await processes.output(args);
    expect(sent.status).toBe(0);
    const counts = JSON.parse(sent.out) as Record<string, number>;
    expect(Object.keys(counts)).toEqual(['due', 'sent', 'failed', 'skipped', 'noRecipient']);
    expect(counts.sent).toBeGreaterThan(0);
    expect(reminders).toHaveLength(counts.sent!);
    const again = await processes.output(args);
    expect(JSON.parse(again.out)).toMatchObject({ sent: 0, failed: 0 });
    const visitor = new Visitor(first.ready.url);
    await visitor.get('/mailbox');
    expect(visitor.words).toContain('Search gateway, old key');
  });

  test('takes a file by commands: a plan with its exit status, then exactly that', async () => {
    const file = await written('organisations: [{country: SE, slug: Nord, name: Nordstjärnan}]\n');
    const plan = await processes.output(['dist/src/cli.js', 'plan', file]);
    expect(plan.out).toContain('+ organisation SE/Nord (line 1): name "Nordstjärnan"');
    expect(plan.status).toBe(2);
    const fingerprint = /Fingerprint: (\w+)/.exec(plan.out)![1]!;
    const args = ['dist/src/cli.js', 'apply', file, '--fingerprint', fingerprint];
    expect(await processes.output(args)).toMatchObject({
      status: 0,
      out: 'Done: 1 created, 0 changed, 0 as before, 0 removed.\n',
      err: '1 of 1\n',
    });
  });

  test('names the errors of a file with their places, as a job can read them', async () => {
    const file = await written('organisations:\n  - {country: SE, slug: Nord}\n');
    const broken = await processes.output(['dist/src/cli.js', 'plan', file]);
    expect(broken).toMatchObject({
      status: 1,
      err: `${file}:2:5: "name" is missing.\nOne error; nothing can be applied.\n`,
    });
  });

  test('is examined by commands', async () => {
    const verified = await processes.output(['dist/src/cli.js', 'audit', 'verify']);
    expect(verified).toMatchObject({ status: 0, out: expect.stringContaining('intact') });
    const doctor = await processes.output(['dist/src/cli.js', 'doctor'], {
      SMTP_URL: 'smtp://127.0.0.1:1',
    });
    const well = ['configuration', 'database', 'schema', 'keys', 'clock'];
    expect(doctor.out.split('\n').map((line) => line.split(':')[0])).toEqual(
      expect.arrayContaining([...well.map((part) => `ok     ${part}`), 'WRONG  mail']),
    );
    expect(doctor.status).toBe(1);
  });

  test('keeps everything when it is killed', async () => {
    first.child.kill('SIGKILL');
    const again = await processes.start();
    expect(again.ready.accounts).toEqual(first.ready.accounts);
    expect(again.ready.applications).toEqual(first.ready.applications);
    await stop(again.child);
  });

  test('is refused with other keys than its database was written with', async () => {
    const key = `1:${Buffer.from(Array.from({ length: 32 }, (_, n) => n * 7)).toString('base64')}`;
    const refused = await processes.output(['dist/src/main.js', '--demo'], {
      PORT: String(await freePort()),
      HASH_KEYS: key,
    });
    expect(refused.status).toBe(1);
    expect(refused.err).toContain('HASH_KEYS: key number 1 is not the key');
    expect(refused.err).not.toContain(key);
  });
});

describe('the service', () => {
  test('without its configuration says what is missing, one line each', async () => {
    const refused = await processes.output(['dist/src/main.js'], {
      DATA_DIR: (await temporaryFolder()).path,
    });
    expect(refused.status).toBe(1);
    const lines = refused.err.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'SMTP_URL',
      'MAIL_FROM',
      'SUPPORT_ADDRESS',
    ]);
  });

  test('its command refuses by its exit status, in words', async () => {
    const refused = await processes.output(['dist/src/cli.js', 'remind', '--as-of', '2027-02-30']);
    expect(refused).toMatchObject({ status: 2, out: '' });
    expect(refused.err).toContain('is not an instant');
    expect(refused.err).not.toContain('    at ');
  });
});
