import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { inTransaction } from '../../src/platform/database/tx.js';
import type { OutgoingMessage } from '../../src/platform/mail/outbox.service.js';
import { day, Stage } from '../reminders/cast.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
  stage.clock.set(day('2027-03-01'));
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

const noor = 'noor@matchpunt.example';
const link = 'https://keyturn.example/invitations/a-power-until-it-is-used';
const invitation: OutgoingMessage = {
  kind: 'invitation',
  userId: null,
  to: { name: 'Noor', address: noor },
  subject: 'Your invitation to Keyturn',
  text: `Open ${link}`,
  html: `<a href="${link}">Open</a>`,
};

const enqueue = (message = invitation) =>
  inTransaction(stage.dataSource, (tx) => stage.instance.outbox.enqueue(tx, message));
const row = async () => {
  const [mail] = await stage.dataSource.query<Record<string, unknown>[]>(
    `select state, attempts, server_answer, next_attempt_at, finished_at,
       sealed_body is null as forgotten, message_id from mails`,
  );
  return mail!;
};

describe('the outbox', () => {
  test('sends what was committed, and forgets the text', async () => {
    const id = await enqueue();
    await stage.instance.outbox.deliverDue();
    const [received] = stage.smtp.takeAll();
    expect(received!.mail).toMatchObject({
      subject: invitation.subject,
      messageId: `<${id}@keyturn.example>`,
    });
    expect(received!.mail.text).toContain(link);
    expect(await row()).toMatchObject({ state: 'sent', attempts: 1, forgotten: true });
    expect((await row()).server_answer).toMatch(/^250 /);
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.received).toEqual([]);
  });

  test('sends nothing of a change that was taken back', async () => {
    await inTransaction(stage.dataSource, async (tx) => {
      await stage.instance.outbox.enqueue(tx, invitation);
      throw new Error('no');
    }).catch(() => undefined);
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.received).toEqual([]);
  });

  test('a kick sends without being waited for', async () => {
    await enqueue();
    stage.instance.outbox.kick();
    stage.instance.outbox.kick();
    await stage.instance.outbox.onModuleDestroy();
    expect(stage.smtp.received).toHaveLength(1);
  });

  test('the link is nowhere in the database', async () => {
    await enqueue();
    const [{ found }] = await stage.dataSource.query<[{ found: number }]>(
      `select count(*)::int as found from mails m
       where position('power' in m::text) > 0 or position('power'::bytea in m.sealed_body) > 0`,
    );
    expect(found).toBe(0);
  });

  test('waits longer after each failed attempt, ten minutes after an outage all has left', async () => {
    await enqueue();
    await stage.smtp.stop();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 6; attempt++) {
      await stage.instance.outbox.deliverDue();
      const { next_attempt_at: next } = (await row()) as { next_attempt_at: Date };
      pauses.push((next.getTime() - stage.clock.now().getTime()) / 60_000);
      stage.clock.set(new Date(next.getTime() - 1));
      await stage.instance.outbox.deliverDue();
      expect(await row()).toMatchObject({ attempts: attempt });
      stage.clock.set(next);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 8, 8]);
    await stage.smtp.start();
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.takeAll()[0]!.mail.messageId).toBe((await row()).message_id);
  });

  test('gives up what was refused for good, and what is a week old', async () => {
    await enqueue();
    stage.smtp.trouble(noor, { at: 'recipient', code: 550, answer: 'nobody' });
    await stage.instance.outbox.deliverDue();
    expect(await row()).toMatchObject({
      state: 'failed',
      server_answer: '550 nobody',
      forgotten: true,
    });
    await stage.clear();
    await enqueue();
    stage.smtp.trouble(noor, { at: 'recipient', code: 450, answer: 'busy' });
    stage.clock.advance(7 * 24 * 3_600_000 + 1);
    await stage.instance.outbox.deliverDue();
    expect(await row()).toMatchObject({ state: 'failed', forgotten: true });
  });

  test('one that is refused holds nobody up; a server that is away is not asked for each', async () => {
    await enqueue();
    for (let more = 0; more < 3; more++) {
      await enqueue({ ...invitation, to: { name: '', address: `n${more}@a.example` } });
    }
    stage.smtp.trouble(noor, { at: 'recipient', code: 450, answer: 'busy' });
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.received).toHaveLength(3);
    await stage.clear();
    for (let more = 0; more < 3; more++) await enqueue();
    await stage.smtp.stop();
    await stage.instance.outbox.deliverDue();
    await stage.smtp.start();
    const [{ tried }] = await stage.dataSource.query<[{ tried: number }]>(
      'select count(*)::int as tried from mails where attempts > 0',
    );
    expect(tried).toBe(1);
  });

  test('two instances send each mail once', async () => {
    for (let more = 0; more < 20; more++) await enqueue();
    const other = await stage.another();
    await Promise.all([stage.instance.outbox.deliverDue(), other.outbox.deliverDue()]);
    const ids = stage.smtp.received.map(({ mail }) => mail.messageId);
    expect(ids).toHaveLength(20);
    expect(new Set(ids).size).toBe(20);
  });

  test('a mail on its way in one instance is left alone by the other', async () => {
    await enqueue();
    const other = await stage.another();
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      await other.outbox.deliverDue();
    };
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.received).toHaveLength(1);
  });

  test('a body that cannot be opened stays due and holds nobody up', async () => {
    await enqueue();
    await stage.dataSource.query(`update mails set sealed_body = '\\x00'`);
    await enqueue({ ...invitation, to: { name: '', address: 'other@a.example' } });
    await stage.instance.outbox.deliverDue();
    expect(stage.smtp.attempts).toEqual(['other@a.example']);
  });

  test.each([
    'a@b.example,c@d.example',
    'a@b.example; c@d.example',
    'Group: a@b.example;',
    'Anna <a@b.example>',
    'a@b.example\r\nBcc: c@d.example',
    'a@b@c.example',
    '"a b"@c.example',
    'a',
    '',
    `${'a'.repeat(250)}@b.example`,
    ['a@b.example', 'c@d.example'] as never,
  ])('%j is not one address', async (address) => {
    await expect(enqueue({ ...invitation, to: { name: '', address } })).rejects.toThrow(
      'not one e-mail address',
    );
  });

  test('a subject is one line', async () => {
    await enqueue({ ...invitation, subject: 'Hello\r\nBcc: eve@evil.example' });
    await stage.instance.outbox.deliverDue();
    const [received] = stage.smtp.takeAll();
    expect(received!.mail.subject).toBe('Hello Bcc: eve@evil.example');
    expect(received!.lines('Bcc')).toEqual([]);
  });
});
