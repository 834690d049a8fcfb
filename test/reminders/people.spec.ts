import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Application } from '../../src/applications/application.entity.js';
import type { RoleAssignment } from '../../src/applications/role-assignment.entity.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { User } from '../../src/users/user.entity.js';
import { day, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());
afterEach(() => stage.clear());

/** Seven days before its end, and the days after. */
const last = '2027-06-30';
const seven = day('2027-06-23');
const six = day('2027-06-24');
const support = 'support@keyturn.example';

describe('who gets the mail (M5)', () => {
  test('managers of the application and org admins of its organisation, one mail each', async () => {
    const { organisation, application, manager } = await stage.small(last);
    const other = await stage.application(organisation, 'DM');
    const elsewhere = await stage.small('2028-01-01', 'else@lanetrust.example');
    await stage.role(manager, 'org_admin', null);
    const olga = await stage.user(organisation, 'olga@matchpunt.example');
    await stage.role(olga, 'org_admin', null);
    const bram = await stage.user(organisation, 'bram@matchpunt.example');
    await stage.role(bram, 'credential_manager', application);
    const dirk = await stage.user(organisation, 'dirk@matchpunt.example');
    await stage.role(dirk, 'credential_manager', other);
    await stage.role(elsewhere.manager, 'org_admin', null);

    await stage.run(seven);
    const mails = stage.smtp.takeAll();
    expect(mails.map(({ to }) => to)).toEqual([
      'anna@matchpunt.example',
      'bram@matchpunt.example',
      'olga@matchpunt.example',
    ]);
    for (const { mail, to } of mails) {
      expect(mail.to).toHaveLength(1);
      expect(mail.cc).toBeUndefined();
      const others = mails.map((each) => each.to).filter((each) => each !== to);
      for (const address of others) expect(mail.text! + mail.html!).not.toContain(address);
    }
  });

  test('nobody who was never signed in, has left, or whose role was withdrawn or has ended', async () => {
    const { organisation, application } = await stage.small(last);
    const add = async (name: string, user: Partial<User>, role: Partial<RoleAssignment>) =>
      stage.role(
        await stage.user(organisation, `${name}@matchpunt.example`, user),
        'credential_manager',
        application,
        role,
      );
    await add('invited', { activatedAt: null }, {});
    await add('left', { closedAt: day('2027-01-01') }, {});
    await add('withdrawn', {}, { withdrawnAt: day('2027-01-01') });
    await add('ended', {}, { endsAt: seven });
    await add('ending', {}, { endsAt: new Date(seven.getTime() + 1) });
    await stage.run(seven);
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 7', 'ending@matchpunt.example 7']);
  });

  test('a new manager gets what comes next, not what has been', async () => {
    const { organisation, application } = await stage.small(last);
    await stage.run(day('2027-06-10'));
    const bram = await stage.user(organisation, 'bram@matchpunt.example');
    await stage.role(bram, 'credential_manager', application);
    stage.arrived();
    await stage.run(day('2027-06-11'));
    expect(stage.arrived()).toEqual([]);
    await stage.run(seven);
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 7', 'bram@matchpunt.example 7']);
  });

  test.each([
    ['deleted', Secret, { deletedAt: seven }],
    ['switched off', Secret, { disabledAt: seven }],
    ['of a disabled application', Application, { disabledAt: seven }],
    ['of a deleted application', Application, { deletedAt: seven }],
  ])('nobody is mailed about a secret %s', async (_name, entity, changes) => {
    await stage.small(last);
    await stage.dataSource.createQueryBuilder().update(entity).set(changes).execute();
    expect(await stage.run(seven)).toMatchObject({ due: 0, noRecipient: 0 });
    expect(stage.smtp.received).toEqual([]);
    expect(await stage.ledger()).toEqual([]);
  });
});

describe('nobody to mail (M6)', () => {
  test('the support is told once per milestone; who comes later gets the nearest one', async () => {
    const { manager, secret } = await stage.small(last);
    const close = (closedAt: Date | null) =>
      stage.dataSource.getRepository(User).update({ id: manager.id }, { closedAt });
    await close(seven);
    for (const now of [day('2027-06-10'), day('2027-06-11'), day('2027-06-12')]) {
      expect(await stage.run(now)).toMatchObject({ due: 0, sent: 0, noRecipient: 1 });
    }
    const notices = stage.smtp.takeAll();
    expect(notices.map(({ to }) => to)).toEqual([support]);
    expect(notices[0]!.mail.text).toContain(secret.name);

    await stage.run(seven);
    expect(stage.arrived()).toEqual([`${support} notice`]);
    await close(null);
    expect(await stage.run(seven)).toMatchObject({ due: 1, sent: 1, noRecipient: 0 });
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 7']);
    expect(await stage.ledger()).toEqual([
      '- 21 no_recipient',
      '- 7 no_recipient',
      'anna@matchpunt.example 7 sent',
    ]);
  });

  test('many at once are one notice that names each', async () => {
    const { application, manager } = await stage.small(last);
    await stage.dataSource.getRepository(User).update({ id: manager.id }, { closedAt: seven });
    const more = await Promise.all([1, 2, 3].map(() => stage.secret(application, last)));
    expect(await stage.run(seven)).toMatchObject({ noRecipient: 4 });
    const notices = stage.smtp.takeAll();
    expect(notices).toHaveLength(1);
    for (const { name } of more) expect(notices[0]!.mail.text).toContain(name);
  });
});

describe('replaced (M7)', () => {
  test('a newer one that is used stops the daily mails, and starts them when the old is used', async () => {
    const { application, secret } = await stage.small(last);
    const newer = await stage.secret(application, '2027-12-30', {
      name: 'The new one',
      createdAt: day('2027-03-01'),
    });
    const used = (id: string, lastUsedAt: Date) =>
      stage.dataSource.getRepository(Secret).update({ id }, { lastUsedAt });
    await used(secret.id, day('2027-05-01'));

    await stage.run(day('2027-05-19'));
    expect(stage.smtp.takeAll()[0]!.mail.text).not.toContain('A newer secret is in use');
    await used(newer.id, day('2027-06-01'));
    await stage.run(day('2027-06-09'));
    const [mail] = stage.smtp.takeAll();
    expect(mail!.mail.subject).toContain('newer');
    expect(mail!.mail.text).toContain('A newer secret is in use: delete this one.');
    expect(mail!.mail.text).toContain('The new one');

    expect(await stage.run(seven)).toMatchObject({ due: 1, sent: 0, skipped: 1 });
    expect(await stage.run(seven)).toMatchObject({ due: 0, skipped: 0 });
    expect(stage.arrived()).toEqual([]);
    await used(secret.id, new Date(seven.getTime() + 60_000));
    await stage.run(new Date(seven.getTime() + 3_600_000));
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 7']);
    await used(newer.id, new Date(seven.getTime() + 7_200_000));
    await stage.run(six);
    expect(stage.arrived()).toEqual([]);
    expect(await stage.ledger()).toEqual([
      'anna@matchpunt.example 21 sent',
      'anna@matchpunt.example 42 sent',
      'anna@matchpunt.example 6 superseded',
      'anna@matchpunt.example 7 sent',
    ]);
    await stage.run(day('2027-07-01'));
    expect(stage.smtp.takeAll()[0]!.mail.text).toContain(
      'A newer secret is in use: delete this one.',
    );
  });

  test.each([
    ['was never used', { lastUsedAt: null }],
    ['is off', { lastUsedAt: seven, disabledAt: seven }],
    ['is deleted', { lastUsedAt: seven, deletedAt: seven }],
    ['ends earlier', { lastUsedAt: seven, expiresAt: day('2027-06-28') }],
    ['is older', { lastUsedAt: seven, createdAt: day('2026-12-30'), expiresAt: day('2027-12-29') }],
  ])('a sibling that %s replaces nothing', async (_name, changes) => {
    const { application, secret } = await stage.small(last);
    await stage.secret(application, '2027-12-30', { createdAt: day('2027-03-01'), ...changes });
    await stage.run(seven);
    const rows = stage.smtp.takeAll().flatMap(({ lines }) => lines('X-Reminder'));
    expect(rows).toContain(`${secret.id}; 7`);
  });
});

describe('several at once (M10)', () => {
  test('one mail with all 150, each named and each with its row', async () => {
    const { application, secret } = await stage.small(last);
    const more = await Promise.all(
      Array.from({ length: 149 }, (_, index) =>
        stage.secret(application, last, { name: `Station ${index + 1000}` }),
      ),
    );
    expect(await stage.run(seven)).toMatchObject({ due: 150, sent: 150 });
    const mails = stage.smtp.takeAll();
    expect(mails).toHaveLength(1);
    const { mail, lines } = mails[0]!;
    for (const { name } of [secret, ...more]) {
      expect(mail.text).toContain(name);
      expect(mail.html).toContain(name);
    }
    expect(new Set(lines('X-Reminder')).size).toBe(150);
    expect(mail.subject).toMatch(/^7 days left: .* and 149 more secrets$/);
    // Beyond this a large mail service cuts the message off.
    expect(Buffer.byteLength(mail.html!)).toBeLessThan(102_000);
    expect(await stage.run(seven)).toMatchObject({ due: 0 });
  });

  test('the most urgent comes first, across applications', async () => {
    const { organisation, application, manager } = await stage.small(last);
    const dm = await stage.application(organisation, 'DM');
    await stage.role(manager, 'credential_manager', dm);
    await stage.secret(dm, '2027-06-22', { name: 'Gone already' });
    await stage.secret(application, '2027-07-14', { name: 'Three weeks' });
    await stage.run(seven);
    const [received] = stage.smtp.takeAll();
    const { subject, text } = received!.mail;
    expect(subject).toBe(`Expired: secret "Gone already" of ${dm.name}, and 2 more secrets`);
    expect(text!.indexOf(dm.name)).toBeLessThan(text!.indexOf(application.name));
    expect(text!.split('\n')[0]).toBe(
      `“Gone already” of ${dm.name} has expired, and 2 more secrets need attention.`,
    );
    const milestones = received!.lines('X-Reminder').map((line) => line.split('; ')[1]);
    expect(milestones).toEqual(['expired', '7', '21']);
  });
});

describe('contact cover (R4)', () => {
  test('the org admin reads who cannot be reached, until a mail arrives again', async () => {
    const { organisation, application } = await stage.small(last);
    const olga = await stage.user(organisation, 'olga@matchpunt.example');
    await stage.role(olga, 'org_admin', null);
    const bram = await stage.user(organisation, 'bram@matchpunt.example');
    await stage.role(bram, 'credential_manager', application);
    const users = stage.dataSource.getRepository(User);
    await users.update({ organisationId: organisation.id }, { lastSignInAt: day('2027-05-01') });
    await users.update({ id: bram.id }, { lastSignInAt: day('2026-06-01') });
    const refused = { at: 'recipient' as const, code: 550, answer: 'no such user' };
    stage.smtp.trouble('anna@matchpunt.example', refused, refused);
    await stage.run(day('2027-05-19'));
    stage.smtp.takeAll();

    await stage.run(day('2027-06-09'));
    const mails = stage.smtp.takeAll();
    const { mail } = mails.find(({ to }) => to.startsWith('olga'))!;
    for (const part of [mail.text!, mail.html!]) {
      expect(part).toContain('Contacts to put right');
      expect(part).toContain('one reachable credential manager');
      expect(part).toContain('Mail to anna was refused');
      expect(part).toContain('bram has not signed in for 180 days');
    }
    const manager = mails.find(({ to }) => to.startsWith('bram'))!;
    expect(manager.mail.text).not.toContain('Contacts to put right');

    await stage.run(seven);
    stage.smtp.takeAll();
    await stage.run(six);
    const later = stage.smtp.takeAll().find(({ to }) => to.startsWith('olga'))!;
    expect(later.mail.text).not.toContain('was refused');
    expect(later.mail.text).toContain('bram has not signed in for 180 days');
  });
});
