import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Audit, theService } from '../../src/audit/audit.service.js';
import { Readiness } from '../../src/platform/health/readiness.js';
import { projectRoot } from '../../src/platform/project-root.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';

const token = 'a-token-for-prometheus-0123456789';

let service: TestApp;
let collector: Server;
const collected: { path: string; body: string }[] = [];
beforeAll(async () => {
  collector = createServer((request, response) => {
    void text(request).then((body) => {
      collected.push({ path: request.url!, body });
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const { port } = collector.address() as AddressInfo;
  service = await startTestApp({
    METRICS_TOKEN: token,
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
  });
});
afterAll(async () => {
  await service.close();
  collector.close();
});

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
  second.app.get(Readiness).onModuleDestroy();
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
    const told = await answer.text();
    expect(told).toContain('keyturn_database_up 0');
    expect(told).toContain('process_resident_memory_bytes');
    expect(told).not.toContain('keyturn_mails_waiting');
  });
  expect(await health('ready')).toMatchObject({ status: 200 });
});

interface SentSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
}

test('traces requests and their statements, without addresses and values', async () => {
  const second = await service.secondInstance();
  const [caller, parent] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];
  const traceparent = `00-${caller}-${parent}-01`;
  await fetch(`${second.url}/invitations/hidden-token`, { headers: { traceparent } });
  const hidden = 'hidden-secret-0123456789';
  const { clientId } = service.world.secrets[0]!;
  await fetch(`${second.url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${clientId}:${hidden}`)}`, traceparent },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  collected.splice(0);
  await second.close();
  expect(collected.map(({ path }) => path)).toContain('/v1/traces');
  const spans = collected.flatMap(({ body }) =>
    (
      JSON.parse(body) as {
        resourceSpans: { scopeSpans: { spans: SentSpan[] }[] }[];
      }
    ).resourceSpans.flatMap((each) => each.scopeSpans.flatMap((scope) => scope.spans)),
  );
  const ours = spans.filter(({ traceId }) => traceId === caller);
  const page = ours.find(({ name }) => name === 'GET /invitations/:token')!;
  const buying = ours.find(
    ({ name, parentSpanId }) => name === 'POST /oauth2/token' && parentSpanId,
  )!;
  for (const span of [page, buying]) {
    expect(span.parentSpanId).toBe(parent);
    const statements = ours.filter(({ parentSpanId }) => parentSpanId === span.spanId);
    expect(statements.map(({ name }) => name)).toContain('SELECT');
  }
  const status = buying.attributes.find(({ key }) => key === 'http.response.status_code');
  expect(status?.value.intValue).toBe(401);
  const all = JSON.stringify(collected);
  expect(all).not.toContain('hidden');
  expect(all).not.toContain(clientId);
});

describe('what is shipped for operators', () => {
  const shipped = (path: string) => readFileSync(join(projectRoot, path), 'utf8');

  test('alerts and dashboard ask for metrics that are there, and leave none out', async () => {
    const there = new Set(
      [...(await values()).keys()].map((line) =>
        line.replace(/\{.*/, '').replace(/_(bucket|sum|count)$/, ''),
      ),
    );
    const asked = (path: string) =>
      (shipped(path).match(/\b(keyturn|process|nodejs)_[a-z_]+/g) ?? []).map((name) =>
        name.replace(/_(bucket|sum|count)$/, ''),
      );
    const [alerts, page] = [asked('ops/prometheus/alerts.yml'), asked('ops/grafana/keyturn.json')];
    expect([...alerts, ...page].filter((name) => !there.has(name))).toEqual([]);
    expect([...there].filter((name) => name.startsWith('keyturn_')).sort()).toEqual(
      [...new Set(page)].filter((name) => name.startsWith('keyturn_')).sort(),
    );
  });

  test('every rule has a test in which it fires', () => {
    const rules = parse(shipped('ops/prometheus/alerts.yml')) as {
      groups: { rules: { alert: string }[] }[];
    };
    const tested = shipped('ops/prometheus/alerts-test.yml');
    const names = rules.groups.flatMap((group) => group.rules.map(({ alert }) => alert));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !tested.includes(`alertname="${name}"`))).toEqual([]);
  });

  test('containers are given settings that exist', () => {
    const known = shipped('.env.example').match(/(?<=^#?)[A-Z][A-Z_]+(?==)/gm)!;
    const compose = parse(shipped('compose.yaml'), { merge: true }) as {
      'x-keyturn': { environment: object };
      services: Record<string, { read_only?: boolean; cap_drop?: string[] }>;
    };
    const kubernetes = shipped('ops/kubernetes/kustomization.yaml').match(/(?<=- )[A-Z_]+(?==)/g)!;
    const given = [...Object.keys(compose['x-keyturn'].environment), ...kubernetes];
    expect(given.filter((name) => !known.includes(name))).toEqual([]);
    expect(compose.services['keyturn-2']).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
  });
});
