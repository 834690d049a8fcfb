import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { RoleAssignment } from '../../src/applications/role-assignment.entity.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { type Envelope, Mailer } from '../../src/platform/mail/mailer.js';
import { waitingFor } from '../support/race.js';
import { day, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());
afterEach(() => stage.clear());

const last = '2027-06-30';
const seven = day('2027-06-23');
const anna = 'anna@matchpunt.example';
const support = 'support@keyturn.example';

/** Anna, Bram and Chris manage one application with one secret. */
async function three() {
  const cast = await stage.small(last);
  for (const name of ['bram', 'chris']) {
    const user = await stage.user(cast.organisation, `${name}@matchpunt.example`);
    await stage.role(user, 'credential_manager', cast.application);
  }
  return cast;
}

describe('a mail server that refuses (M8)', () => {
  test.each(['recipient', 'text'] as const)(
    'for good, at the %s: the others get theirs, support is told once, the row says why',
    async (at) => {
      await three();
      stage.smtp.trouble(anna, { at, code: 550, answer: 'no such person' });
      expect(await stage.run(seven)).toEqual({
        due: 3,
        sent: 2,
        failed: 1,
        skipped: 0,
        noRecipient: 0,
      });
      const mails = stage.smtp.takeAll();
      expect(mails.map(({ to }) => to)).toEqual([
        'bram@matchpunt.example',
        'chris@matchpunt.example',
        support,
      ]);
      expect(mails[2]!.mail.text).toContain(anna);
      expect(mails[2]!.mail.text).toContain('no such person');
      const [row] = await stage.dataSource.query<{ server_answer: string; attempts: number }[]>(
        `select server_answer, attempts from reminders where state = 'failed'`,
      );
      expect(row).toEqual({ server_answer: '550 no such person', attempts: 1 });
      expect(await stage.run(seven)).toMatchObject({ due: 0 });
      expect(stage.smtp.received).toEqual([]);
    },
  );

  test('for the moment: tried again after a pause, with the same Message-ID', async () => {
    await three();
    stage.smtp.trouble(
      anna,
      { at: 'text', code: 451, answer: 'greylisted' },
      { at: 'recipient', code: 450, answer: 'busy' },
    );
    expect(await stage.run(seven)).toMatchObject({ due: 3, sent: 3, failed: 0 });
    expect(stage.instance.retries.waited.splice(0)).toEqual([2_000, 8_000]);
    expect(stage.smtp.attempts.filter((to) => to === anna)).toHaveLength(3);
    const [mail] = await stage.dataSource.query<{ message_id: string; attempts: number }[]>(
      `select message_id, attempts from mails where to_address = $1`,
      [anna],
    );
    expect(mail!.attempts).toBe(3);
    expect(stage.smtp.takeAll()[0]!.mail.messageId).toBe(mail!.message_id);
  });

  test('for longer: once more in each later run, not before its pause is over', async () => {
    await stage.small(last);
    const busy = { at: 'recipient', code: 450, answer: 'busy' } as const;
    stage.smtp.trouble(anna, ...Array.from({ length: 4 }, () => busy));
    const run = (minutes: number) =>
      stage.instance.reminders.run({ now: new Date(seven.getTime() + minutes * 60_000) });
    expect(await run(0)).toMatchObject({ due: 1, failed: 1 });
    expect(await run(1)).toMatchObject({ due: 0 });
    expect(await run(5)).toMatchObject({ due: 1, failed: 1 });
    expect(await run(10)).toMatchObject({ due: 1, sent: 1 });
    expect(stage.smtp.attempts).toHaveLength(5);
    expect(stage.arrived()).toEqual([`${anna} 7`]);
  });

  test('everybody, at the greeting: nothing is given up, and it is not asked a hundred times', async () => {
    const { organisation, application } = await stage.small(last);
    for (let index = 0; index < 30; index++) {
      const user = await stage.user(organisation, `u${index}@matchpunt.example`);
      await stage.role(user, 'credential_manager', application);
    }
    stage.smtp.greeting = { code: 554, answer: 'go away' };
    const freshMailer = stage.instanceOn(stage.dataSource);
    expect(await freshMailer.reminders.run({ now: seven, force: true })).toMatchObject({
      due: 31,
      failed: 31,
    });
    expect(stage.smtp.greeted).toBeLessThan(60);
    stage.smtp.greeting = undefined;
    expect(await freshMailer.reminders.run({ now: seven, force: true })).toMatchObject({
      sent: 31,
    });
    await freshMailer.mailer.close();
  });

  test('a mail server that is away and comes back', async () => {
    const { organisation, application } = await stage.small(last);
    for (let index = 0; index < 30; index++) {
      const user = await stage.user(organisation, `u${index}@matchpunt.example`);
      await stage.role(user, 'credential_manager', application);
    }
    await stage.smtp.stop();
    expect(await stage.run(seven)).toMatchObject({ due: 31, sent: 0, failed: 31 });
    const [{ tried }] = await stage.dataSource.query<[{ tried: string }]>(
      'select count(*) as tried from reminders where attempts > 0',
    );
    expect(Number(tried)).toBeLessThan(31);
    await stage.smtp.start();
    expect(await stage.run(seven)).toMatchObject({ due: 31, sent: 31, failed: 0 });
    expect(new Set(stage.smtp.received.map(({ mail }) => mail.messageId)).size).toBe(31);
  });

  test.each(['drop in the text', 'drop after the text', 'take and drop', 'stall'] as const)(
    'hangs up (%s): repeated under the same Message-ID, alone',
    async (trouble) => {
      const { application } = await stage.small(last);
      stage.smtp.trouble(anna, trouble, trouble, trouble);
      expect(await stage.run(seven)).toMatchObject({ due: 1, sent: 0, failed: 1 });
      await stage.secret(application, last);
      expect(await stage.run(seven)).toMatchObject({ due: 2, sent: 2 });
      const mails = stage.smtp.takeAll();
      const old = mails.filter(({ lines }) => lines('X-Reminder').length === 1);
      expect(old).toHaveLength(mails.length);
      expect(new Set(mails.map(({ mail }) => mail.messageId)).size).toBe(2);
      expect(mails).toHaveLength(trouble === 'take and drop' ? 5 : 2);
    },
  );

  test('what was refused for the moment goes into the next digest, once', async () => {
    const { application } = await stage.small(last);
    const busy = { at: 'recipient', code: 450, answer: 'busy' } as const;
    stage.smtp.trouble(anna, busy, busy, busy);
    await stage.run(seven);
    await stage.secret(application, last);
    await stage.run(seven);
    expect(stage.smtp.received).toHaveLength(1);
    expect(stage.arrived()).toEqual([`${anna} 7`, `${anna} 7`]);
    const states: unknown = await stage.dataSource.query(
      'select state, count(*)::int from mails group by state order by state',
    );
    expect(states).toEqual([
      { state: 'discarded', count: 1 },
      { state: 'sent', count: 1 },
    ]);
  });

  test('a fault of our own at one person: the others get theirs, and the run says so', async () => {
    await three();
    class Faulty extends Mailer {
      readonly description = 'faulty';
      send({ to }: Envelope): Promise<{ answer: string }> {
        if (to.address === anna) throw new TypeError('a bug');
        return Promise.resolve({ answer: '250 ok' });
      }
      close = () => Promise.resolve();
    }
    const { reminders } = stage.instanceOn(stage.dataSource, new Faulty());
    expect(await reminders.run({ now: seven, force: true })).toMatchObject({ sent: 2, failed: 1 });
    const [run] = await stage.dataSource.query<{ error: string }[]>(
      'select error from reminder_runs',
    );
    expect(run!.error).toContain('1 left out');
    expect(await stage.ledger()).toContain(`${anna} 7 due`);
    expect(await stage.run(seven)).toMatchObject({ due: 1, sent: 1 });
  });

  test('an address that is a list is refused, and is nobody', async () => {
    const { manager } = await stage.small(last);
    await stage.dataSource.query(`update users set email = 'anna@a.example,eve' where id = $1`, [
      manager.id,
    ]);
    expect(await stage.run(seven)).toMatchObject({ due: 1, failed: 1 });
    expect(stage.smtp.attempts).toEqual([support]);
  });
});

describe('between planning and sending', () => {
  const changes: [string, (cast: Awaited<ReturnType<Stage['small']>>) => Promise<unknown>][] = [
    [
      'the secret is deleted',
      ({ secret }) =>
        stage.dataSource.getRepository(Secret).update({ id: secret.id }, { deletedAt: seven }),
    ],
    [
      'the role is withdrawn',
      ({ role }) =>
        stage.dataSource
          .getRepository(RoleAssignment)
          .update({ id: role.id }, { withdrawnAt: seven }),
    ],
    [
      'the account is closed',
      ({ manager }) =>
        stage.dataSource.query('update users set closed_at = $2 where id = $1', [
          manager.id,
          seven,
        ]),
    ],
    [
      'the application is disabled',
      ({ application }) =>
        stage.dataSource.query('update applications set disabled_at = $2 where id = $1', [
          application.id,
          seven,
        ]),
    ],
    [
      'a newer secret is used',
      ({ application }) =>
        stage.secret(application, '2027-12-30', {
          createdAt: day('2027-03-01'),
          lastUsedAt: seven,
        }),
    ],
  ];
  const lock = { beat: () => Promise.resolve() };

  test.each(changes)('%s: nothing is sent after the first step either', async (_name, change) => {
    const cast = await stage.small(last);
    const { planning, delivery } = stage.instance;
    await planning.plan(seven, lock);
    const { mails } = await delivery.prepare(cast.manager.id, seven);
    await change(cast);
    const outcome = await delivery.send(mails[0]!.mailId, seven);
    expect(outcome).toMatchObject({ sent: 0, dropped: 1 });
    expect(stage.smtp.received).toEqual([]);
    expect(await stage.ledger()).toEqual([`${anna} 7 superseded`]);
    const states: unknown = await stage.dataSource.query('select state from mails');
    expect(states).toEqual([{ state: 'discarded' }]);
  });

  test.each(changes)('%s: nothing is prepared', async (_name, change) => {
    const cast = await stage.small(last);
    const { planning, delivery } = stage.instance;
    await planning.plan(seven, lock);
    await change(cast);
    expect(await delivery.prepare(cast.manager.id, seven)).toEqual({ mails: [], dropped: 1 });
    expect(await stage.ledger()).toEqual([`${anna} 7 superseded`]);
  });

  test('a role that comes back brings the mail back', async () => {
    const { manager, role } = await stage.small(last);
    const { planning, delivery } = stage.instance;
    const withdraw = (withdrawnAt: Date | null) =>
      stage.dataSource.getRepository(RoleAssignment).update({ id: role.id }, { withdrawnAt });
    await planning.plan(seven, lock);
    await withdraw(seven);
    await delivery.prepare(manager.id, seven);
    await withdraw(null);
    await stage.run(seven);
    expect(stage.arrived()).toEqual([`${anna} 7`]);
  });
});

describe('several instances (M4)', () => {
  test('of five that begin together one works, and each mail comes once', async () => {
    const others = await Promise.all([1, 2, 3, 4].map(() => stage.another()));
    const instances = [stage.instance, ...others];
    for (const date of ['2027-06-23', '2027-06-24', '2027-06-25']) {
      if (date === '2027-06-23') await three();
      const gate = stage.dataSource.createQueryRunner();
      await gate.startTransaction();
      await gate.query('lock table secrets in access exclusive mode');
      const runs = instances.map(({ reminders }) => reminders.run({ now: day(date), force: true }));
      const early = Promise.any(
        runs.map(async (run) => {
          if ((await run) !== undefined) throw new Error('worked');
        }),
      );
      await waitingFor(gate, 1);
      await early;
      await gate.rollbackTransaction();
      await gate.release();
      const results = await Promise.all(runs);
      expect(results.filter((result) => result !== undefined)).toEqual([
        { due: 3, sent: 3, failed: 0, skipped: 0, noRecipient: 0 },
      ]);
      expect(stage.smtp.takeAll()).toHaveLength(3);
    }
  });

  test('a message that one is sending is left alone by the other', async () => {
    const { manager } = await stage.small(last);
    const other = await stage.another();
    await stage.instance.planning.plan(seven, { beat: () => Promise.resolve() });
    const { mails } = await stage.instance.delivery.prepare(manager.id, seven);
    const { mailId } = mails[0]!;
    const outcomes: unknown[] = [];
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      outcomes.push(await other.delivery.send(mailId, seven));
      outcomes.push(await other.delivery.prepare(manager.id, seven));
    };
    outcomes.push(await stage.instance.delivery.send(mailId, seven));
    expect(outcomes).toMatchObject([{ sent: 0 }, { mails: [] }, { sent: 1 }]);
    expect(stage.smtp.received).toHaveLength(1);
  });

  test('a second run while one is at work does nothing', async () => {
    await three();
    const other = await stage.another();
    let second: unknown = 'not run';
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      second = await other.reminders.run({ now: seven, force: true });
    };
    expect(await stage.run(seven)).toMatchObject({ sent: 3 });
    expect(second).toBeUndefined();
    expect(stage.smtp.received).toHaveLength(3);
  });
});

describe('a crash', () => {
  /** Every connection of everybody else is cut: what was not committed is gone, as after kill -9. */
  const cutAll = (by: Stage['dataSource']) =>
    by.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid()`,
    );

  test('while a message is on the way: it alone comes twice, with the same Message-ID', async () => {
    await three();
    const killer = await stage.another();
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      await cutAll(killer.dataSource);
    };
    await expect(killer.dataSource.query('select 1')).resolves.toBeTruthy();
    await stage.run(seven).catch(() => undefined);
    await stage.run(seven);
    const ids = stage.smtp.received.map(({ to, mail }) => `${to} ${mail.messageId}`);
    expect(new Set(ids).size).toBe(3);
    expect(ids.length).toBeLessThanOrEqual(3 + 2);
    expect(ids.length).toBeGreaterThan(3);
    expect(await stage.ledger()).toEqual([
      `${anna} 7 sent`,
      'bram@matchpunt.example 7 sent',
      'chris@matchpunt.example 7 sent',
    ]);
  });

  test('between the two steps: the message goes out under the Message-ID it was given', async () => {
    const { manager } = await stage.small(last);
    await stage.instance.planning.plan(seven, { beat: () => Promise.resolve() });
    await stage.instance.delivery.prepare(manager.id, seven);
    const [before] = await stage.dataSource.query<{ message_id: string }[]>(
      'select message_id from mails',
    );
    await stage.run(seven);
    const [received] = stage.smtp.takeAll();
    expect(received!.mail.messageId).toBe(before!.message_id);
  });

  test('of the lock alone: the run stops, the next one does the rest', async () => {
    await three();
    const killer = await stage.another();
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      await killer.dataSource.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
           and database = (select oid from pg_database where datname = current_database())`,
      );
    };
    await expect(stage.run(seven)).rejects.toThrow();
    expect(stage.smtp.received.length).toBeLessThan(3);
    const [run] = await stage.dataSource.query<{ error: string | null }[]>(
      'select error from reminder_runs',
    );
    expect(run!.error).not.toBeNull();
    await stage.run(seven);
    expect(stage.arrived()).toHaveLength(3);
  });

  test('a run without an end is in the record', async () => {
    await stage.small(last);
    stage.smtp.beforeAnswer = async () => {
      const [row] = await stage.dataSource.query<{ finished_at: Date | null }[]>(
        'select finished_at from reminder_runs',
      );
      expect(row).toEqual({ finished_at: null });
      stage.smtp.beforeAnswer = undefined;
    };
    await stage.run(seven);
    expect(stage.smtp.received).toHaveLength(1);
  });
});
