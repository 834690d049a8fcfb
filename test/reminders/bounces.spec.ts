import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { inTransaction } from '../../src/platform/database/tx.js';
import { catalogues } from '../../src/platform/language/catalogues.js';
import { Undelivered } from '../../src/reminders/undelivered.js';
import { User } from '../../src/users/user.entity.js';
import { day, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());
afterEach(() => {
  for (const each of [anna, bram, olga]) stage.smtp.trouble(each);
  return stage.clear();
});

const anna = 'anna@matchpunt.example';
const bram = 'bram@matchpunt.example';
const olga = 'olga@matchpunt.example';
const last = '2027-06-21';
const refused = { at: 'recipient' as const, code: 550, answer: 'no such person' };

/** Anna and Bram manage two applications, Olga is org admin; a stranger is at another organisation. */
async function world() {
  const { organisation, application, manager } = await stage.small(last, anna);
  const other = await stage.application(organisation, 'DM');
  await stage.secret(other, last);
  const colleague = await stage.user(organisation, bram);
  for (const each of [application, other]) await stage.role(colleague, 'credential_manager', each);
  await stage.role(manager, 'credential_manager', other);
  const admin = await stage.user(organisation, olga);
  await stage.role(admin, 'org_admin', null);
  const { manager: stranger } = await stage.small('2027-12-31', 'grace@lanetrust.example');
  return { organisation, application, other, manager, colleague, admin, stranger };
}

/** A run; the warnings that arrived, as `reader: subject`. */
async function warnings(on: string): Promise<string[]> {
  await stage.run(day(on));
  return stage.smtp
    .takeAll()
    .filter(({ mail }) => mail.subject!.includes('does not arrive'))
    .map(({ to, mail }) => `${to}: ${mail.subject}`);
}

const told = (person: string, ...readers: string[]) =>
  readers.map((each) => `${each}: Mail to ${person} does not arrive`);

describe('an address that is refused for good (reliability M7)', () => {
  test('is told to each of the others in their language', async () => {
    const { colleague, admin } = await world();
    await stage.dataSource.getRepository(User).update(colleague.id, { language: 'de' });
    await stage.dataSource.getRepository(User).update(admin.id, { language: 'nl' });
    const before = new Map(catalogues);
    catalogues.set('de', { 'Mail to {0} does not arrive': 'Keine Mail für {0}' });
    catalogues.set('nl', { 'Mail to {0} does not arrive': 'Geen mail voor {0}' });
    stage.smtp.trouble(anna, ...Array.from({ length: 9 }, () => refused));
    await stage.run(day('2027-06-14'));
    for (const [language, catalogue] of before) catalogues.set(language, catalogue);
    const subjects = stage.smtp.takeAll().map(({ to, mail }) => `${to}: ${mail.subject}`);
    expect(subjects).toContain(`${bram}: Keine Mail für anna`);
    expect(subjects).toContain(`${olga}: Geen mail voor anna`);
  });

  test('the other contacts are warned in the same run, once for all of their applications', async () => {
    const { application, other } = await world();
    stage.smtp.trouble(anna, ...Array.from({ length: 9 }, () => refused));
    await stage.run(day('2027-06-14'));
    const mails = stage.smtp.takeAll().filter(({ mail }) => /not arrive/.test(mail.subject!));
    expect(mails.map(({ to }) => to)).toEqual([bram, olga]);
    const [{ mail }] = mails as [(typeof mails)[number]];
    for (const part of [mail.text!, mail.html!]) {
      for (const word of [anna, '550 no such person', application.name, other.name]) {
        expect(part).toContain(word);
      }
    }
    expect(mail.text).toContain(`/manage-api-credentials/${application.id}`);
    // Not at the next reminder that is refused, and not at the next tick.
    expect(await warnings('2027-06-15')).toEqual([]);
    expect(await warnings('2027-06-15')).toEqual([]);
  });

  test('again when mail has arrived in between', async () => {
    await world();
    stage.smtp.trouble(anna, refused);
    expect(await warnings('2027-06-14')).toEqual(told('anna', bram, olga));
    expect(await warnings('2027-06-15')).toEqual([]);
    stage.smtp.trouble(anna, refused);
    expect(await warnings('2027-06-16')).toEqual(told('anna', bram, olga));
  });

  test('for another application when it is that one’s turn', async () => {
    const { organisation, manager, colleague } = await world();
    stage.smtp.trouble(anna, ...Array.from({ length: 9 }, () => refused));
    expect(await warnings('2027-06-14')).toHaveLength(2);
    const third = await stage.application(organisation, 'KT');
    for (const each of [manager, colleague]) {
      await stage.role(each, 'credential_manager', third);
    }
    await stage.secret(third, last);
    await stage.run(day('2027-06-15'));
    const mails = stage.smtp.takeAll().filter(({ mail }) => /not arrive/.test(mail.subject!));
    expect(mails.map(({ to }) => to)).toEqual([bram, olga]);
    expect(mails[0]!.mail.text).toContain(third.name);
    expect(mails[0]!.mail.text).not.toContain('-DM');
  });

  test('nobody is warned who cannot be reached, has left, or is not concerned', async () => {
    const { colleague } = await world();
    stage.smtp.trouble(anna, ...Array.from({ length: 9 }, () => refused));
    stage.smtp.trouble(olga, ...Array.from({ length: 9 }, () => refused));
    const users = stage.dataSource.getRepository(User);
    await users.update({ id: colleague.id }, { closedAt: day('2027-01-01') });
    expect(await warnings('2027-06-14')).toEqual([]);
    const notices = await stage.dataSource.query<{ to_address: string }[]>(
      `select to_address from mails where kind = 'notice'`,
    );
    expect(notices.map((each) => each.to_address)).toEqual([stage.config.SUPPORT_ADDRESS]);
  });

  test('not about somebody who is no contact any more, nor about an address that is good', async () => {
    const { manager } = await world();
    stage.smtp.trouble(anna, ...Array.from({ length: 9 }, () => refused));
    // As if the process had died between the answer and the warning.
    await warnings('2027-06-14');
    const again = () => stage.dataSource.query(`delete from bounce_warnings`);
    const users = stage.dataSource.getRepository(User);

    await again();
    await users.update({ id: manager.id }, { addressCheckedAt: day('2027-06-14', '08:00:00') });
    expect(await warnings('2027-06-14')).toEqual([]);
    await users.update(
      { id: manager.id },
      { addressCheckedAt: null, email: 'new@matchpunt.example' },
    );
    expect(await warnings('2027-06-14')).toEqual([]);
    await users.update({ id: manager.id }, { email: anna, closedAt: day('2027-06-14') });
    expect(await warnings('2027-06-14')).toEqual([]);
    await users.update({ id: manager.id }, { closedAt: null });
    const role = (end: Date | null) =>
      stage.dataSource.query(`update role_assignments set ends_at = $2 where user_id = $1`, [
        manager.id,
        end,
      ]);
    await role(day('2027-06-14', '06:00:00'));
    expect(await warnings('2027-06-14')).toEqual([]);
    await role(null);
    expect(await warnings('2027-06-14')).toEqual(told('anna', bram, olga));
  });

  test.each(['invitation', 'notice'] as const)(
    'also by a refused %s, for every application that waits for them',
    async (kind) => {
      const { application, other, manager, colleague, admin, stranger } = await world();
      await stage.dataSource.query('delete from secrets');
      const { outbox } = stage.instance;
      const mail = { kind, subject: 'Welcome', text: 'x', html: 'x' };
      for (const { id, email } of [manager, stranger]) {
        stage.smtp.trouble(email, refused);
        await inTransaction(stage.dataSource, (tx) =>
          outbox.enqueue(tx, { ...mail, userId: id, to: { name: '', address: email } }),
        );
        await outbox.deliverDue();
      }
      await stage.run(day('2027-03-01'));
      const mails = stage.smtp.takeAll();
      expect(mails.map(({ to }) => to)).toEqual([colleague.email, admin.email]);
      const what = kind === 'notice' ? 'A mail to' : 'The invitation of';
      for (const said of [`${what} anna (${anna}) was refused`, application.name, other.name]) {
        expect(mails[0]!.mail.text).toContain(said);
      }
      await stage.run(day('2027-03-01'));
      expect(stage.arrived()).toEqual([]);
    },
  );

  test('of a new address only that one', async () => {
    const { manager } = await world();
    const fresh = 'new@matchpunt.example';
    for (const each of [anna, fresh])
      stage.smtp.trouble(each, ...Array<typeof refused>(9).fill(refused));
    await warnings('2027-06-14');
    await stage.dataSource.getRepository(User).update({ id: manager.id }, { email: fresh });
    await stage.run(day('2027-06-15'));
    const mails = stage.smtp.takeAll().filter(({ mail }) => /not arrive/.test(mail.subject!));
    expect(mails.map(({ to }) => to)).toEqual([bram, olga]);
    for (const { mail } of mails) expect(mail.text).toContain(`anna (${fresh})`);
  });

  test('all of them, however many a transaction takes', async () => {
    await world();
    stage.smtp.trouble(anna, refused);
    await stage.run(day('2027-06-14'));
    await stage.dataSource.query(`delete from bounce_warnings`);
    const { dataSource, outbox } = stage.instance;
    stage.smtp.takeAll();
    await new Undelivered(dataSource, outbox, stage.config, 1).warnOthers(day('2027-06-14'));
    await outbox.deliverDue();
    const told = stage.smtp
      .takeAll()
      .map(({ to, mail }) => `${to} ${/-(DM|SMC)$/m.exec(mail.text!)![1]}`);
    expect(told.sort()).toEqual([`${bram} DM`, `${bram} SMC`, `${olga} DM`, `${olga} SMC`]);
  });

  test('a refused warning is told of to those who are left, and nothing more of it', async () => {
    await world();
    stage.smtp.trouble(anna, refused, refused);
    // Bram's reminder arrives, the warning about Anna does not.
    const later = { code: 550, answer: 'no such person', at: 'recipient' as const };
    stage.smtp.beforeAnswer = (to) => {
      if (to === bram) stage.smtp.trouble(bram, later);
      return Promise.resolve();
    };
    expect(await warnings('2027-06-14')).toEqual(told('anna', olga));
    stage.smtp.beforeAnswer = undefined;
    expect(await warnings('2027-06-14')).toEqual(told('bram', olga));
    expect(await warnings('2027-06-14')).toEqual([]);
  });
});
