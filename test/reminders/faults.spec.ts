import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import type { Application } from '../../src/applications/application.entity.js';
import { RoleAssignment } from '../../src/applications/role-assignment.entity.js';
import type { Organisation } from '../../src/organisations/organisation.entity.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { type Envelope, Mailer } from '../../src/platform/mail/mailer.js';
import type { Wish } from '../../src/reminders/reminders.delivery.js';
import { LockLost, withRunLock } from '../../src/reminders/run-lock.js';
import { waitingFor } from '../support/race.js';
import { day, type Instance, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());
afterEach(() => stage.clear());

const last = '2027-06-30';
const seven = day('2027-06-23');
const anna = 'anna@matchpunt.example';
const support = 'support@keyturn.example';

const alive = { beat: () => Promise.resolve() };

function claim({ delivery }: Instance, recipientId: string, more: Partial<Wish> = {}) {
  return delivery.claim({ recipientId, now: seven, lock: alive, tried: [], ...more });
}

/** Anna, Bram and Chris manage one application with one secret. */
async function three() {
  const cast = await stage.small(last);
  for (const name of ['bram', 'chris']) {
    const user = await stage.user(cast.organisation, `${name}@matchpunt.example`);
    await stage.role(user, 'credential_manager', cast.application);
  }
  return cast;
}

/** Whoever has the lock of the run; waits until somebody has. */
async function holders(): Promise<unknown[]> {
  const rows = await stage.dataSource.query<unknown[]>(
    `select pid from pg_locks where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())`,
  );
  return rows.length > 0 ? rows : holders();
}

/** More managers of the application. */
async function crowd(organisation: Organisation, application: Application, size: number) {
  for (let index = 0; index < size; index++) {
    const user = await stage.user(organisation, `u${index}@matchpunt.example`);
    await stage.role(user, 'credential_manager', application);
  }
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
      // That the others are warned is tested in bounces.spec.ts.
      const mails = stage.smtp.takeAll().filter(({ mail }) => !/not arrive/.test(mail.subject!));
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
    await crowd(organisation, application, 30);
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
    await crowd(organisation, application, 30);
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
  test.each(changes)('%s: nothing is claimed', async (_name, change) => {
    const cast = await stage.small(last);
    await stage.instance.planning.plan(seven, alive);
    await change(cast);
    expect(await claim(stage.instance, cast.manager.id)).toEqual({ dropped: 1, more: false });
    expect(await stage.ledger()).toEqual([`${anna} 7 superseded`]);
  });

  test.each(changes)('%s, while a claimed message waits: it is dropped', async (_name, change) => {
    const cast = await stage.small(last);
    await stage.instance.planning.plan(seven, alive);
    const { claimed } = await claim(stage.instance, cast.manager.id);
    await change(cast);
    const again = await claim(stage.instance, cast.manager.id, { renew: claimed!.mailId });
    expect(again).toEqual({ dropped: 1, more: false });
    expect(await stage.ledger()).toEqual([`${anna} 7 superseded`]);
    const states: unknown = await stage.dataSource.query('select state from mails');
    expect(states).toEqual([{ state: 'discarded' }]);
  });

  test.each(changes)('%s, while all connections are busy: nothing is sent', async (_n, change) => {
    // People are served in the order of their ids: this one comes after the connections are taken.
    const cast = await stage.small(last, anna, 'ffffffff-ffff-4fff-bfff-ffffffffffff');
    const others = await Promise.all(
      [1, 2, 3, 4, 5].map((n) => stage.small(last, `u${n}@a.example`)),
    );
    let changed: Promise<unknown> | undefined;
    stage.smtp.beforeAnswer = async () => {
      changed ??= change(cast);
      await changed;
      await setTimeout(120);
    };
    await stage.run(seven);
    stage.smtp.beforeAnswer = undefined;
    expect(stage.arrived()).toEqual(others.map((_, index) => `u${index + 1}@a.example 7`));
  });

  test('a claim that is looked at again is the same attempt', async () => {
    const { manager } = await stage.small(last);
    await stage.instance.planning.plan(seven, alive);
    const { claimed } = await claim(stage.instance, manager.id);
    const again = await claim(stage.instance, manager.id, { renew: claimed!.mailId });
    expect(again.claimed).toMatchObject({ messageId: claimed!.messageId, attempts: 1 });
  });

  test('a role that comes back brings the mail back', async () => {
    const { manager, role } = await stage.small(last);
    const withdraw = (withdrawnAt: Date | null) =>
      stage.dataSource.getRepository(RoleAssignment).update({ id: role.id }, { withdrawnAt });
    await stage.instance.planning.plan(seven, alive);
    await withdraw(seven);
    await claim(stage.instance, manager.id);
    await withdraw(null);
    await stage.run(seven);
    expect(stage.arrived()).toEqual([`${anna} 7`]);
  });
});

describe('what a process leaves behind that is killed', () => {
  test('is one message for each connection: none is sent before the answer to the last is committed', async () => {
    const { organisation, application } = await stage.small(last);
    await crowd(organisation, application, 30);
    const { width } = stage.instance.mailer;
    const holder = stage.dataSource.createQueryRunner();
    await holder.startTransaction();
    let held: Promise<unknown> | undefined;
    // An answer about the end is noted at the secret, too: answers wait for this, and no claim does.
    stage.smtp.beforeAnswer = async () => {
      held ??= holder.query('select from secrets for update');
      await held;
    };
    const { mailer, dataSource } = await stage.another();
    const watcher = dataSource.createQueryRunner();
    const run = stage.run(day('2027-07-01'));
    await waitingFor(watcher, 1);
    await watcher.release();
    // Whatever the run hands over meanwhile comes before the last of these.
    for (let index = 0; index < 20; index++) {
      const address = 'passer-by@a.example';
      const message = { subject: 'Hello', text: 'Hello', html: 'Hello' };
      await mailer.send({
        messageId: `<${index}@a.example>`,
        to: { name: '', address },
        ...message,
      });
    }
    const reminded = stage.smtp.received.filter(({ lines }) => lines('X-Reminder').length > 0);
    stage.smtp.beforeAnswer = undefined;
    await holder.rollbackTransaction();
    await holder.release();
    expect(await run).toMatchObject({ due: 31, sent: 31 });
    expect(reminded.length).toBeLessThanOrEqual(width);
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

  test('an instance that has lost the lock claims nothing more', async () => {
    const { manager } = await stage.small(last);
    await stage.instance.planning.plan(seven, alive);
    const lost = { beat: () => Promise.reject(new LockLost()) };
    await expect(claim(stage.instance, manager.id, { lock: lost })).rejects.toThrow(LockLost);
    const mails: unknown = await stage.dataSource.query('select from mails');
    expect(mails).toEqual([]);
  });

  test('a holder of the lock that hangs loses it, and notices when it wakes', async () => {
    const other = await stage.another();
    let wake: (() => void) | undefined;
    const asleep = new Promise<void>((resolve) => (wake = resolve));
    const hung = withRunLock(
      other.dataSource,
      async (lock) => {
        await asleep;
        await lock.beat();
      },
      '200ms',
    );
    await holders();
    const given = async (): Promise<string> =>
      (await withRunLock(stage.dataSource, () => Promise.resolve('at work'))) ?? given();
    expect(await given()).toBe('at work');
    wake!();
    await expect(hung).rejects.toThrow(LockLost);
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

  test('of the database while messages are on the way: their answers are kept, none comes twice', async () => {
    await three();
    const killer = await stage.another();
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      await cutAll(killer.dataSource);
    };
    await expect(killer.dataSource.query('select 1')).resolves.toBeTruthy();
    await stage.run(seven).catch(() => undefined);
    await stage.run(seven);
    expect(stage.arrived()).toEqual([
      `${anna} 7`,
      'bram@matchpunt.example 7',
      'chris@matchpunt.example 7',
    ]);
    expect(await stage.ledger()).toEqual([
      `${anna} 7 sent`,
      'bram@matchpunt.example 7 sent',
      'chris@matchpunt.example 7 sent',
    ]);
  });

  test('of the transaction that writes answers down, as in a deadlock: they are written again, none is lost', async () => {
    await three();
    await stage.dataSource.query(`
      create sequence tries;
      create function fail_once() returns trigger language plpgsql as $$ begin
        if nextval('tries') = 1 then raise 'deadlock' using errcode = 'deadlock_detected'; end if;
        return new;
      end $$;
      create trigger fail_once before update on mails for each row
        when (new.state = 'sent') execute function fail_once()`);
    const run = await stage
      .run(seven)
      .finally(() =>
        stage.dataSource.query('drop function fail_once cascade; drop sequence tries'),
      );
    expect(run).toMatchObject({ due: 3, sent: 3 });
    expect(stage.arrived()).toHaveLength(3);
  });

  test('between the two steps: the message goes out under the Message-ID it was given', async () => {
    const { manager } = await stage.small(last);
    await stage.instance.planning.plan(seven, alive);
    await claim(stage.instance, manager.id);
    const [before] = await stage.dataSource.query<{ message_id: string }[]>(
      'select message_id from mails',
    );
    await stage.run(seven);
    const [received] = stage.smtp.takeAll();
    expect(received!.mail.messageId).toBe(before!.message_id);
  });

  test('of the lock alone: the run stops, the next one does the rest', async () => {
    const { organisation, application } = await three();
    await crowd(organisation, application, 30);
    const killer = await stage.another();
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      await killer.dataSource.query(
        `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'
           and database = (select oid from pg_database where datname = current_database())`,
      );
    };
    await expect(stage.run(seven)).rejects.toThrow();
    expect(stage.smtp.received.length).toBeLessThan(33);
    const [run] = await stage.dataSource.query<{ error: string | null }[]>(
      'select error from reminder_runs',
    );
    expect(run!.error).not.toBeNull();
    await stage.run(seven);
    expect(stage.arrived()).toHaveLength(33);
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
