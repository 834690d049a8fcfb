import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { ServerReminders1795219270000 } from '../../migrations/1795219270000-server-reminders.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { Forecasts } from '../../src/reminders/forecasts.service.js';
import type { ForecastScope } from '../../src/reminders/forecast.query.js';
import { ledgerOf } from '../../src/reminders/reminders.query.js';
import { countMissed } from '../../src/reminders/watch.query.js';
import type { User } from '../../src/users/user.entity.js';
import { day, Stage } from './cast.js';

const publicUrl = 'https://keyturn.registry.example';
const last = '2027-06-30';
const seven = day('2027-06-23');
const six = day('2027-06-24');

let stage: Stage;
beforeAll(async () => (stage = await Stage.open({ PUBLIC_URL: publicUrl })));
afterAll(() => stage.close());
afterEach(() => stage.clear());

/** A resource with one secret of its server, and one person in IT. */
async function small() {
  const resource = await stage.resource();
  const secret = await stage.serverSecret(resource, last, { name: 'Gateway' });
  const ines = await stage.staff('ines@keyturn.example');
  return { resource, secret, ines };
}

describe('who is mailed about the secret of a resource server', () => {
  test('everybody in IT; nobody who has left, lost the role or never signed in, and nobody else', async () => {
    await small();
    await stage.staff('otto@keyturn.example');
    await stage.staff('closed@keyturn.example', { closedAt: day('2027-01-01') });
    await stage.staff('invited@keyturn.example', { activatedAt: null });
    await stage.staff('withdrawn@keyturn.example', {}, { withdrawnAt: day('2027-01-01') });
    await stage.staff('ended@keyturn.example', {}, { endsAt: seven });
    const { organisation } = await stage.small('2028-01-01');
    await stage.role(await stage.user(organisation, 'olga@matchpunt.example'), 'org_admin', null);
    await stage.run(seven);
    expect(stage.arrived()).toEqual(['ines@keyturn.example 7', 'otto@keyturn.example 7']);
  });

  test('nobody in IT gets those of an application', async () => {
    await stage.small(last);
    await stage.staff('ines@keyturn.example');
    await stage.run(seven);
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 7']);
  });

  test('without anybody the support is told, and the mail leaves when somebody is there', async () => {
    await stage.serverSecret(await stage.resource(), last, { name: 'Gateway' });
    await stage.run(seven);
    const [notice] = stage.smtp.takeAll();
    expect(notice!.mail.subject).toBe(
      'Nobody to remind: secret "Gateway" of Match-Connect (production) ends in 7 days',
    );
    expect(notice!.mail.text).toContain('no account with that role is active');
    expect(notice!.mail.text).not.toContain('credential manager');
    expect(await stage.ledger()).toEqual(['- 7 no_recipient']);
    await stage.staff('ines@keyturn.example');
    await stage.run(seven);
    expect(stage.arrived()).toEqual(['ines@keyturn.example 7']);
  });
});

describe('when (M1–M3, M7)', () => {
  test('at the milestones of any secret, each once', async () => {
    await small();
    const dates = ['05-18', '05-19', '05-20', '06-09', '06-10', '06-22', '06-23', '06-24'];
    for (const date of [...dates, '06-25', '06-26', '06-27', '06-28', '06-29', '06-30', '07-01']) {
      await stage.run(day(`2027-${date}`));
    }
    await stage.run(day('2027-07-02'));
    expect(stage.arrived().map((line) => line.split(' ')[1])).toEqual([
      '42',
      '21',
      '7',
      '6',
      '5',
      '4',
      '3',
      '2',
      '1',
      '0',
      'expired',
    ]);
  });

  test.each([
    ['deleted', { deletedAt: seven }],
    ['switched off', { disabledAt: seven }],
  ])('not when it is %s', async (_what, changes) => {
    const { secret } = await small();
    await stage.dataSource.getRepository(Secret).update({ id: secret.id }, changes);
    await stage.run(seven);
    expect(stage.arrived()).toEqual([]);
  });

  test('not daily when a newer one of the same resource server is in use; early mails say so', async () => {
    const { resource } = await small();
    const newer = { createdAt: day('2027-05-01'), lastUsedAt: day('2027-05-05') };
    await stage.serverSecret(await stage.resource('Match-Connect', 'sandbox'), '2027-10-01', newer);
    await stage.run(day('2027-05-19'));
    expect(stage.smtp.takeAll()[0]!.mail.subject).toMatch(/^42 days left: /);
    await stage.serverSecret(resource, '2027-10-01', { name: 'Newer', ...newer });
    await stage.run(day('2027-06-09'));
    const [mail] = stage.smtp.takeAll();
    expect(mail!.mail.subject).toMatch(/^Delete it, a newer one is in use: /);
    expect(mail!.mail.text).toContain('In use now:   Newer');
    await stage.run(seven);
    expect(stage.arrived()).toEqual([]);
    expect(await stage.ledger()).toContain('ines@keyturn.example 7 superseded');
  });

  test('a run that forgets one is noticed', async () => {
    const { secret } = await small();
    const missed = () => countMissed(stage.dataSource.manager, seven, seven);
    expect(await missed()).toBe(1);
    await stage.run(seven);
    expect(await missed()).toBe(0);
    await stage.dataSource.query('delete from reminders where secret_id = $1', [secret.id]);
    await stage.dataSource.query('update users set closed_at = $1', [seven]);
    expect(await missed()).toBe(0);
  });
});

describe('what the mail says (M9, M10)', () => {
  test('the resource with its environment, its page, steps and answers that fit', async () => {
    const { resource, secret } = await small();
    await stage.staff('otto@keyturn.example');
    await stage.run(seven);
    const [{ mail, lines }] = stage.smtp.takeAll() as [ReturnType<typeof stage.smtp.takeAll>[0]];
    expect(mail.subject).toBe('7 days left: secret "Gateway" of Match-Connect (production)');
    const page = `${publicUrl}/admin/resources/${resource.id}`;
    expect(mail.html).toContain(`href="${page}"`);
    for (const said of [
      '“Gateway” of Match-Connect (production) ends in 7 days.',
      'Create a new secret and switch the resource server to it before then.',
      `Open this resource: ${page}\nTell the others that you are on it, or that it is replaced:\n${page}/secrets/${secret.id}/acknowledge\n\nResource:     Match-Connect (production)`,
      `Client ID:    ${resource.id}`,
      'Put it into the resource server.',
      'Delete the old one',
      'because you are in IT, which looks after the resource server of Match-Connect (production).',
      `All resources: ${publicUrl}/admin/resources\n`,
    ]) {
      expect(mail.text).toContain(said);
    }
    for (const part of [mail.text!, mail.html!]) {
      expect(part).not.toMatch(/not yours|manage-api-credentials|application/i);
    }
    expect(lines('X-Reminder')).toEqual([`${secret.id}; 7`]);
    expect(lines('List-Unsubscribe')).toEqual([]);
  });

  test('after its end it says what is refused', async () => {
    await small();
    await stage.run(day('2027-07-01'));
    const [received] = stage.smtp.takeAll();
    expect(received!.mail.text).toContain('If the resource server still uses it');
    expect(received!.mail.text).toContain('How to bring your systems back');
  });

  test('is one digest for somebody who also manages an application, and says both reasons', async () => {
    await stage.serverSecret(await stage.resource(), last, { name: 'Gateway' });
    const { application, manager } = await bothRoles();
    await stage.run(seven);
    const mails = stage.smtp.takeAll();
    expect(mails.map(({ to }) => to)).toEqual([manager.email]);
    const { text, html } = mails[0]!.mail;
    expect(mails[0]!.lines('X-Reminder')).toHaveLength(2);
    expect(text).toContain(
      `because you are a credential manager of ${application.name} and in IT, which looks after`,
    );
    expect(text).toContain(
      'On the page of each secret of an application, and of each resource, you can tell the others that you are on it, or that it is replaced.',
    );
    expect(text).toContain('Into every system that uses it.');
    for (const name of ['Match-Connect (production)', application.name]) {
      expect(html).toContain(name);
    }
  });
});

/** A credential manager who works in IT as well. */
async function bothRoles() {
  const made = await stage.small(last, 'anna@matchpunt.example');
  await asIt(made.manager);
  return made;
}

async function asIt(user: User): Promise<void> {
  const none = { organisationId: null, confirmedBy: null, confirmedOn: null };
  await stage.role(user, 'it', null, none);
}

describe('who reads about it (C1, C7)', () => {
  const forecast = async (scope: ForecastScope) => {
    const forecasts = new Forecasts(stage.dataSource, stage.config);
    const { mails } = await forecasts.of(scope, seven, 1);
    return mails.flatMap(({ items }) => items.map(({ ending }) => ending.name));
  };

  test('IT in the forecast, of everything or of the one resource; nobody else', async () => {
    const { resource, ines } = await small();
    const { organisation, application, manager, secret } = await stage.small(last);
    const olga = await stage.user(organisation, 'olga@matchpunt.example');
    await stage.role(olga, 'org_admin', null);
    const both = [secret.name, 'Gateway'].sort();
    const names = async (scope: ForecastScope) => [...new Set(await forecast(scope))].sort();
    expect(await names({})).toEqual(both);
    expect(await names({ viewerId: ines.id })).toEqual(both);
    expect(await names({ viewerId: ines.id, resourceId: resource.id })).toEqual(['Gateway']);
    const other = await stage.resource('Data Manager', 'sandbox');
    expect(await names({ resourceId: other.id })).toEqual([]);
    for (const { id } of [manager, olga]) {
      expect(await names({ viewerId: id })).toEqual([secret.name]);
      expect(await names({ viewerId: id, resourceId: resource.id })).toEqual([]);
    }
    expect(await names({ organisationId: organisation.id })).toEqual([secret.name]);
    expect(await names({ applicationId: application.id })).toEqual([secret.name]);
    expect(await names({ contactId: ines.id })).toEqual(['Gateway']);
    expect(await names({ contactId: olga.id })).toEqual([secret.name]);
  });

  test('a mail that is also about a resource server is read by IT alone', async () => {
    await stage.serverSecret(await stage.resource(), last);
    const { organisation, manager, secret } = await bothRoles();
    const olga = await stage.user(organisation, 'olga@matchpunt.example');
    await stage.role(olga, 'org_admin', null);
    await stage.run(six);
    const seenBy = async ({ id }: User) => {
      const rows = await ledgerOf(stage.dataSource, [secret.id], { id }, six);
      return rows.find(({ address }) => address === manager.email)!;
    };
    expect(await seenBy(manager)).toMatchObject({ mailId: expect.any(String), mailHidden: false });
    expect(await seenBy(olga)).toMatchObject({ mailId: null, mailHidden: true });
  });
});

test('the schema before them can come back: their rows go first', async () => {
  await small();
  await stage.small(last);
  await stage.run(seven);
  const runner = stage.dataSource.createQueryRunner();
  await new ServerReminders1795219270000().down(runner);
  await runner.release();
  expect(await stage.ledger()).toEqual(['anna@matchpunt.example 7 sent']);
});
