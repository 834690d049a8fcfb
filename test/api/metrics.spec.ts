import { afterAll, beforeAll, expect, test } from '@jest/globals';
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
});
