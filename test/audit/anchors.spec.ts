import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { AuditAnchors } from '../../src/audit/audit-anchors.service.js';
import { AuditCheck } from '../../src/audit/audit-check.service.js';
import { keptHead } from '../../src/audit/kept-head.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { waitingFor } from '../support/race.js';

const address = 'auditors@example.net';
const day = 86_400_000;
let service: TestApp;
let anchors: AuditAnchors;

beforeAll(async () => {
  service = await startTestApp({ AUDIT_HEAD_TO: address });
  anchors = get(AuditAnchors);
});
afterAll(() => service.close());

const get = <T>(type: new (...args: never[]) => T): T => service.app.get(type, { strict: false });
const mails = () =>
  service.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from mails where to_address = $1`,
    [address],
  );

test('a head goes out once a day, whoever asks and however often', async () => {
  expect(await anchors.last()).toBeUndefined();
  const blocker = service.dataSource.createQueryRunner();
  await blocker.startTransaction();
  await blocker.query('lock table audit_anchors in exclusive mode');
  const several = [1, 2, 3].map(() => anchors.daily());
  await waitingFor(blocker, 3);
  await blocker.rollbackTransaction();
  await blocker.release();
  expect((await Promise.all(several)).sort()).toEqual([false, false, true]);
  expect(await anchors.daily()).toBe(false);
  expect(await mails()).toEqual([{ count: 1 }]);
  service.clock.advance(day);
  expect(await anchors.daily()).toBe(true);
  expect(await mails()).toEqual([{ count: 2 }]);
  await delivered(service.app);
  const last = await anchors.last();
  expect(last).toMatchObject({ day: '2026-12-02', mailState: 'sent', sentAt: expect.any(Date) });
});

test('the mail is a head that the check takes, and that names a chain made anew', async () => {
  await delivered(service.app);
  const mail = service.mailer.sent.find(({ to }) => to.address === address)!;
  const head = keptHead(mail.text);
  expect(head.position).toBeGreaterThan(0);
  const check = get(AuditCheck);
  expect(await check.verify(head)).toMatchObject({ intact: true });
  // As somebody with power over everything would: an event changed, and each link after it computed anew.
  const runner = service.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`set local session_replication_role = 'replica'`);
  await runner.query(`update audit_events set actor_name = 'Nobody'
    where id = (select event_id from audit_links where position = 1)`);
  await runner.query(`
    do $$ declare before bytea := decode(repeat('00', 32), 'hex'); link record;
    begin
      for link in select l.position, e from audit_links l join audit_events e on e.id = l.event_id order by 1 loop
        before := sha256(before || audit_content(link.e));
        update audit_links set hash = before where position = link.position;
      end loop;
      update audit_head set hash = before;
    end $$`);
  expect(await check.verifyIn(runner.manager)).toMatchObject({ intact: true });
  expect(await check.verifyIn(runner.manager, head)).toEqual({
    intact: false,
    broken: { position: head.position, problem: 'altered' },
  });
  await runner.rollbackTransaction();
  await runner.release();
});

test('a mail is read as it was saved, and nothing else is', () => {
  const head = {
    position: 7,
    hash: 'ab'.repeat(32),
    at: '2026-12-01T09:00:00.000Z',
    signature: 'cd',
  };
  const line = JSON.stringify(head);
  const broken = line.replace(/.{75}/g, '$&=\r\n');
  for (const text of [line, `Subject: x\r\n\r\nKeep this.\r\n${broken}\r\n`]) {
    expect(keptHead(text)).toEqual(head);
  }
  for (const text of ['', '{}', '{"position":7}', '{"position":"7"', `{"position":x${line}`]) {
    expect(() => keptHead(text)).toThrow('--head is neither');
  }
});
