import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Audit, theService } from '../../src/audit/audit.service.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const token = 'a-token-for-prometheus-0123456789';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({ METRICS_TOKEN: token });
});
afterAll(() => service.close());

const ask = (authorization?: string) =>
  fetch(`${service.url}/metrics`, { headers: authorization ? { authorization } : {} });

/** The value of each line, by name and labels. */
async function values(): Promise<Map<string, string>> {
  const answer = await ask(`Bearer ${token}`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await answer.text()).split('\n').filter((line) => /^[a-z]/.test(line));
  return new Map(lines.map((line) => line.split(/ (?=\S+$)/) as [string, string]));
}

test.each([undefined, 'Bearer wrong', `Bearer ${token}x`, `Basic ${btoa(`x:${token}`)}`, token])(
  'is not for whoever sends %s',
  async (authorization) => {
    const answer = await ask(authorization);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="Keyturn metrics"');
    expect(await answer.text()).not.toContain('keyturn_');
  },
);

test('does not exist where no token is set', async () => {
  service.config.METRICS_TOKEN = undefined;
  const [answer, absent] = [await ask(`Bearer ${token}`), await fetch(`${service.url}/health/x`)];
  service.config.METRICS_TOKEN = token;
  expect([answer.status, await answer.text()]).toEqual([404, await absent.text()]);
});

test('has the age of the last complete run, its counts, and what waits and failed', async () => {
  const before = await values();
  expect(before.get('keyturn_reminder_run_age_seconds')).toBe('Nan');
  expect(Number(before.get('process_resident_memory_bytes'))).toBeGreaterThan(1_000_000);
  const result = await service.app.get(Reminders).run();
  expect(result!.sent).toBeGreaterThan(0);
  service.clock.advance(90_000);
  await service.dataSource.query(
    `insert into mails (id, kind, user_id, to_address, to_name, subject, message_id, state,
       created_at, finished_at, sealed_body)
     values (gen_random_uuid(), 'notice', null, 'a@b.example', '', 'x', '<1@x>', 'due', $1, null, '\\x00'),
       (gen_random_uuid(), 'notice', null, 'a@b.example', '', 'x', '<2@x>', 'failed', $1, $2, null),
       (gen_random_uuid(), 'notice', null, 'a@b.example', '', 'x', '<3@x>', 'failed', $1, $1, null)`,
    ['2026-11-29T09:01:30Z', service.clock.now()],
  );
  await service.dataSource.query(`insert into backups values ($1, 7), ($2, 7)`, [
    '2026-11-29T09:01:30Z',
    '2026-11-30T09:01:30Z',
  ]);
  await service.app.get(Audit).record(service.dataSource.manager, theService, {
    action: 'secret.create',
    subject: { kind: 'secret', id: randomUUID(), name: 'x' },
  });
  const after = await values();
  const of = (name: string) => Number(after.get(name));
  expect(of('keyturn_reminder_run_age_seconds')).toBe(90);
  expect(of('keyturn_reminder_run_reminders{outcome="sent"}')).toBe(result!.sent);
  expect(of('keyturn_reminder_run_reminders{outcome="due"}')).toBe(result!.due);
  expect(of('keyturn_reminder_run_reminders{outcome="no_recipient"}')).toBe(result!.noRecipient);
  const health = await fetch(`${service.url}/health/reminders`);
  const { problems } = (await health.json()) as { problems: string[] };
  expect(of('keyturn_reminder_troubles')).toBe(problems.length);
  expect(of('keyturn_mails_waiting')).toBe(Number(before.get('keyturn_mails_waiting')) + 1);
  expect(of('keyturn_mails_oldest_waiting_age_seconds')).toBeGreaterThanOrEqual(172_800);
  expect(of('keyturn_mails_failed_last_day')).toBe(1);
  expect(of('keyturn_reminders_waiting')).toBe(0);
  expect(of('keyturn_backup_age_seconds')).toBe(
    (service.clock.now().getTime() - Date.parse('2026-11-30T09:01:30Z')) / 1_000,
  );
  expect(before.get('keyturn_backup_age_seconds')).toBe('Nan');
  expect(of('keyturn_audit_events')).toBeGreaterThan(Number(before.get('keyturn_audit_events')));
});

test('has the state of the process, and how long its answers took', async () => {
  const before = await values();
  await fetch(`${service.url}/sign-in`);
  const { status } = await fetch(`${service.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ a: 'b' }),
  });
  const after = await values();
  const grown = (labels: string) => {
    const name = `keyturn_http_request_duration_seconds_count{${labels}}`;
    return Number(after.get(name)) - Number(before.get(name) ?? 0);
  };
  expect(grown('area="page",status="200"')).toBe(1);
  // Answered in front of the framework.
  expect(grown(`area="token",status="${status}"`)).toBe(1);
  expect(grown('area="monitoring",status="200"')).toBe(1);
  expect(after.get('keyturn_ready')).toBe('1');
  expect(after.get('keyturn_database_up')).toBe('1');
  expect(Math.abs(Number(after.get('keyturn_clock_offset_seconds')))).toBeLessThan(2);
  expect(after.get('keyturn_migrations_missing')).toBe('0');
  expect(Number(after.get('keyturn_database_connections{state="open"}'))).toBeGreaterThan(0);
});

const health = async (which: string, url = service.url) => {
  const answer = await fetch(`${url}/health/${which}`);
  return { ...((await answer.json()) as { problems?: string[] }), status: answer.status };
};

test('readiness says what is in the way, and being alive asks for nothing', async () => {
  expect(await health('ready')).toEqual({ status: 200, problems: [] });
  expect(await health('live')).toMatchObject({ status: 200 });
  await service.dataSource.query(`insert into migrations (timestamp, name) values (1, 'Newer1')`);
  expect(await health('ready')).toMatchObject({ status: 200, problems: [] });
  await service.dataSource.query(`update migrations set name = 'Late' || name where timestamp > 1
    and name like 'Passkeys%'`);
  expect(await health('ready')).toMatchObject({ status: 503, problems: ['schema'] });
  await service.dataSource.query(`update migrations set name = substr(name, 5)
    where name like 'LatePasskeys%'`);
  // A database whose clock is a minute behind.
  await service.dataSource.query(`
    create function public.clock_timestamp() returns timestamptz language sql volatile as
      $$ select pg_catalog.clock_timestamp() - interval '1 minute' $$;
    do $$ begin execute format('alter database %I set search_path = public, pg_catalog',
      current_database()); end $$`);
  const second = await service.secondInstance();
  expect(await health('ready', second.url)).toMatchObject({ status: 503, problems: ['clock'] });
  await service.dataSource.query(`
    drop function public.clock_timestamp();
    do $$ begin execute format('alter database %I reset search_path', current_database()); end $$`);
  second.readiness.onModuleDestroy();
  expect(await health('ready', second.url)).toMatchObject({ status: 503, problems: ['stopping'] });
  expect(await health('live', second.url)).toMatchObject({ status: 200 });
  await second.close();
});

test('a database that gives no answer is told of, with what is known without it', async () => {
  await service.dataSource.transaction(async (tx) => {
    await tx.query('lock table migrations');
    const [ready, live, answer] = await Promise.all([
      health('ready'),
      health('live'),
      ask(`Bearer ${token}`),
    ]);
    expect(ready).toMatchObject({ status: 503, problems: ['database'] });
    expect(live).toMatchObject({ status: 200 });
    const text = await answer.text();
    expect(text).toContain('keyturn_database_up 0');
    expect(text).toContain('process_resident_memory_bytes');
    expect(text).not.toContain('keyturn_mails_waiting');
  });
  expect(await health('ready')).toMatchObject({ status: 200 });
});
