import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { ReminderRun } from '../../src/reminders/reminder.entity.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { Watch } from '../../src/reminders/watch.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { TestSmtp } from '../support/smtp.js';

const ines = 'ines@keyturn.example';
const hour = 3_600_000;

let service: TestApp;
let watch: Watch;
let hook: Server;
const smtp = new TestSmtp();
/** What the webhook was told, and how it answers. */
const told: Record<string, string>[] = [];
let answer = 204;

beforeAll(async () => {
  hook = createServer((request, response) => {
    void text(request).then((body) => {
      told.push(JSON.parse(body) as Record<string, string>);
      response.writeHead(answer, { location: '/elsewhere' }).end();
    });
  }).listen(0, '127.0.0.1');
  await once(hook, 'listening');
  await smtp.start();
  const { port } = hook.address() as AddressInfo;
  service = await startTestApp({
    ALARM_WEBHOOK_URL: `http://127.0.0.1:${port}/alarm`,
    ALARM_SMTP_URL: smtp.url,
    ALARM_ADDRESS: 'on-call@keyturn.example',
  });
  watch = service.app.get(Watch);
});
afterAll(async () => {
  await service.close();
  await smtp.stop();
  hook.close();
});
beforeEach(() => {
  told.splice(0);
  smtp.received.splice(0);
  answer = 204;
});

const run = () => service.app.get(Reminders).run({ force: true });
const runs = () => service.dataSource.getRepository(ReminderRun);

async function health(): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${service.url}/health/reminders`);
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function openAlarms(): Promise<string[]> {
  const rows = await service.dataSource.query<{ kind: string }[]>(
    'select kind from alarms where closed_at is null order by kind',
  );
  return rows.map(({ kind }) => kind);
}

describe('the dead-man’s switch (M12)', () => {
  test('before the first run is red, says so once by both routes, and is green after it', async () => {
    expect(await health()).toEqual({
      status: 503,
      body: { status: 'failing', last_complete_run: null, problems: ['overdue'] },
    });
    await Promise.all(Array.from({ length: 5 }, () => watch.look()));
    await watch.look();
    expect(told).toEqual([
      {
        service: 'keyturn',
        incident: expect.any(String),
        kind: 'overdue',
        text: expect.stringContaining('There has never been one.'),
        since: '2026-12-01T09:00:00.000Z',
        url: 'http://localhost:3000/admin/reminders',
      },
    ]);
    const mails = smtp.takeAll();
    expect(mails.map(({ to }) => to)).toEqual(['on-call@keyturn.example']);
    expect(mails[0]!.mail.text).toContain('No reminder run came to its end');

    await run();
    expect((await health()).body).toEqual({
      status: 'ok',
      last_complete_run: '2026-12-01T09:00:00.000Z',
      problems: [],
    });
    expect(await watch.look()).toEqual([]);
    expect(await openAlarms()).toEqual([]);
    expect(told).toHaveLength(1);
  });

  test('notices 26 hours of silence, on the banner of IT alone, as a new incident', async () => {
    service.clock.advance(26 * hour);
    expect((await health()).status).toBe(200);
    service.clock.advance(1000);
    expect((await health()).body.problems).toEqual(['overdue']);
    await watch.look();
    expect(told).toHaveLength(1);
    const sentence = 'No reminder run came to its end for more than 26 hours.';
    const it = await service.signedIn(ines);
    for (const page of ['/admin/users', '/manage-api-credentials', '/admin/reminders']) {
      await it.get(page);
      expect(it.words).toContain(sentence);
    }
    expect(it.words).toContain('told');
    const manager = await service.signedIn('anna@matchpunt.example');
    await manager.get('/manage-api-credentials');
    expect(manager.words).not.toContain(sentence);
    await run();
    await it.get('/admin/users');
    expect(it.words).not.toContain(sentence);
  });

  test('tells again until one route takes it, and follows no redirect', async () => {
    await watch.look();
    told.splice(0);
    service.clock.advance(1000);
    const now = service.clock.now();
    await runs().insert(runRow({ startedAt: now, finishedAt: now, error: 'Error 57014' }));
    expect((await health()).body.problems).toEqual(['broke_off']);
    answer = 302;
    smtp.trouble('on-call@keyturn.example', { at: 'recipient', code: 450, answer: 'later' });
    await watch.look();
    expect(told).toHaveLength(1);
    await watch.look();
    expect(told).toHaveLength(1);
    answer = 204;
    service.clock.advance(6 * 60_000);
    await watch.look();
    expect(told).toHaveLength(2);
    expect(told[0]!.incident).toBe(told[1]!.incident);
    service.clock.advance(hour);
    await watch.look();
    expect(told).toHaveLength(2);
    await run();
    expect(await watch.look()).toEqual([]);
  });

  test('a run that was killed is red when it has been silent for a quarter of an hour', async () => {
    service.clock.advance(1000);
    const startedAt = service.clock.now();
    await runs().insert(runRow({ startedAt }));
    const it = await service.signedIn(ines);
    await it.get('/admin/reminders');
    expect(it.words).toContain('At work');
    expect(it.page.headers.get('refresh')).toBe('5');
    expect((await health()).status).toBe(200);
    service.clock.advance(16 * 60_000);
    expect((await health()).body.problems).toEqual(['broke_off']);
    await it.get('/admin/reminders');
    expect(it.words).toContain('Interrupted');
    await run();
    expect((await health()).status).toBe(200);
  });

  test('a run that says it is complete and left everything out is a failure', async () => {
    service.clock.set(new Date('2026-12-04T09:00:00Z'));
    const now = service.clock.now();
    await runs().insert(runRow({ startedAt: now, finishedAt: now }));
    expect((await watch.look()).map(({ kind }) => kind)).toEqual(['missed']);
    expect(told[0]!.text).toContain('left out 1 secret in the last week');
    expect((await health()).body.problems).toEqual(['missed']);
    await run();
    expect(await watch.look()).toEqual([]);
    expect((await health()).status).toBe(200);
  });

  test('what came to life after the run is no failure of the run', async () => {
    const [secret] = await service.dataSource.query<{ id: string; application: string }[]>(
      `select id, application_id as application from secrets where name = 'Search gateway, old key'`,
    );
    await service.dataSource.query(`delete from reminders where secret_id = $1`, [secret!.id]);
    await service.dataSource.query(`update secrets set reminded = 'none'`);
    await service.dataSource.query(
      `insert into audit_events (at, actor_name, action, subject_kind, subject_name,
         application_id, outcome) values ($1, 'x', 'secret.switch_on', 'secret', 'x', $2, 'done')`,
      [new Date(service.clock.now().getTime() + 1000), secret!.application],
    );
    expect(await watch.look()).toEqual([]);
    await run();
  });

  test('nobody to be told is red', async () => {
    await service.dataSource.query(
      `update users set closed_at = $1 where email like '%@matchpunt.example'`,
      [service.clock.now()],
    );
    service.clock.advance(24 * hour);
    await run();
    expect((await health()).body.problems).toEqual(['no_recipient']);
    await watch.look();
    expect(told[0]!.text).toContain('Nobody can be reminded of');
  });

  test('names no person, no application and no secret', async () => {
    const response = await fetch(`${service.url}/health/reminders`);
    const said = (await response.text()) + JSON.stringify(told);
    for (const name of ['Matchpunt', 'Anna', 'gateway', '@']) expect(said).not.toContain(name);
  });
});

function runRow(changes: Partial<ReminderRun>): Partial<ReminderRun> & { id: string } {
  const asOf = service.clock.now();
  return { id: randomUUID(), asOf, day: asOf.toISOString().slice(0, 10), ...changes };
}
