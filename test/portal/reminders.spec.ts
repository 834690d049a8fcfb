import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Outbox } from '../../src/platform/mail/outbox.service.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const bram = 'bram@matchpunt.example';
const olga = 'olga@matchpunt.example';
const grace = 'grace@lanetrust.example';
const ines = 'ines@keyturn.example';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

interface Place {
  href: string;
  mails: Map<string, string>;
}

/** The page of a secret, and the mails in its ledger by recipient. */
async function placeOf(name: string): Promise<Place> {
  const rows = await service.dataSource.query<
    { id: string; application: string; address: string; mail: string }[]
  >(
    `select s.id, s.application_id as application, l.address, l.mail_id as mail
     from secrets s left join reminders l on l.secret_id = s.id where s.name = $1`,
    [name],
  );
  const { id, application } = rows[0]!;
  const href = `/manage-api-credentials/${application}/secrets/${id}`;
  return { href, mails: new Map(rows.map((row) => [row.address, `${href}/mails/${row.mail}`])) };
}

describe('the reminder ledger (M8)', () => {
  let lab: Place;
  let donor: Place;
  beforeAll(async () => {
    await service.app.get(Reminders).run({ force: true });
    lab = await placeOf('Laboratory link');
    donor = await placeOf('Donor upload, last year');
  });

  test('shows a mail as it was sent, text and HTML, in a frame where nothing runs', async () => {
    const browser = await service.signedIn(bram);
    await browser.get(lab.href);
    expect(browser.words).toContain('Read this mail');
    await browser.get(lab.mails.get(bram)!);
    const sent = service.mailer.sent.find(({ to }) => to.address === bram)!;
    expect(browser.page.status).toBe(200);
    expect(browser.words).toContain(sent.subject);
    expect(browser.words).toContain('250 kept');
    expect(browser.words).toContain(sent.text.split('\n')[1]!);
    const html = await browser.get(`${lab.mails.get(bram)!}/html`);
    expect(html.text).toBe(sent.html.replace('<head>', '<head><base target="_top">'));
    expect(html.headers.get('content-security-policy')).toMatch(/default-src 'none'.* sandbox /);
    expect(html.headers.get('cache-control')).toBe('no-store');
  });

  test('hides a mail that is also about applications which the reader does not see', async () => {
    const browser = await service.signedIn(bram);
    await browser.get(lab.href);
    expect(browser.words).toContain('The mail was also about applications you do not see.');
    expect(browser.page.text).not.toContain(lab.mails.get(anna));
    for (const path of ['', '/html']) {
      expect((await browser.get(lab.mails.get(anna)! + path)).status).toBe(404);
    }
  });

  test.each([
    ['its own reader', anna, 200],
    ['an org admin of the organisation', olga, 200],
    ['IT', ines, 200],
    ['somebody of another organisation', grace, 404],
  ])('lets %s read it: %s, %i', async (_who, email, status) => {
    const browser = await service.signedIn(email);
    expect((await browser.get(lab.mails.get(anna)!)).status).toBe(status);
    expect((await browser.get(`${lab.mails.get(anna)!}/html`)).status).toBe(status);
  });

  test('answers 404 for a mail at another secret, application or id', async () => {
    const browser = await service.signedIn(anna);
    const [, mail] = lab.mails.get(bram)!.split('/mails/');
    const nobody = '00000000-0000-4000-8000-000000000000';
    for (const path of [
      `${donor.href}/mails/${mail}`,
      `${lab.href}/mails/${nobody}`,
      `${lab.href}/mails/x`,
      `${lab.href.replace(/credentials\/[^/]+/, `credentials/${nobody}`)}/mails/${mail}`,
    ]) {
      expect((await browser.get(path)).status).toBe(404);
    }
  });
});

describe('the page of the forecast (M11, C7)', () => {
  const shown = async (email: string, days = 30): Promise<Visitor> => {
    const browser = await service.signedIn(email);
    await browser.get(`/forecast?days=${days}`);
    expect(browser.page.status).toBe(200);
    return browser;
  };

  test('shows a manager the mails about the own applications, to everybody', async () => {
    const browser = await shown(bram);
    expect(browser.words).toContain('Search gateway, old key');
    expect(browser.words).toContain('Anna Visser');
    for (const foreign of ['Donor upload', 'Search server', 'Grace', 'First steps']) {
      expect(browser.words).not.toContain(foreign);
    }
  });

  test.each([
    [olga, ['Search gateway, old key'], ['Search server', 'First steps', 'Grace', 'Jonas']],
    [grace, ['Search server'], ['Search gateway', 'Anna', 'First steps']],
    [ines, ['Search gateway, old key', 'Search server', 'First steps'], []],
  ])('shows %s what they may see', async (email, with_, without) => {
    const browser = await shown(email);
    for (const name of with_) expect(browser.words).toContain(name);
    for (const name of without) expect(browser.words).not.toContain(name);
  });

  test('looks ahead as far as asked, and not as far as anybody types', async () => {
    const week = await shown(ines, 7);
    expect(week.words).not.toContain('Secret by Anna Visser');
    const year = await shown(ines, 366);
    expect(year.words).toContain('Secret by Anna Visser');
    const other = await shown(ines, 99999);
    expect(other.page.text).toContain('href="/forecast?days=30" aria-current');
  });

  test('is empty for somebody without a role', async () => {
    const browser = await service.signedIn('lucia@rid.example');
    await browser.get('/forecast');
    expect(browser.words).toContain('No mail in these days');
  });
});

describe('who is on it (docs/adr/0040)', () => {
  let gateway: Place;
  let lab: Place;
  beforeAll(async () => {
    gateway = await placeOf('Search gateway, old key');
    lab = await placeOf('Laboratory link');
  });

  const words = () =>
    service.dataSource.query<{ line: string }[]>(
      `select u.email || ' ' || k.kind || coalesce(' ' || k.until, '') as line
       from acknowledgements k join users u on u.id = k.user_id where k.ended_at is null order by 1`,
    );
  const say = async (browser: Visitor, place: Place, fields: Record<string, string>) => {
    await browser.get(`${place.href}/acknowledge`);
    return browser.submit(fields, `${place.href}/acknowledge`);
  };

  test('the link in a mail survives the sign-in; opening it changes nothing', async () => {
    const sent = service.mailer.sent.find(
      ({ to, text }) => to.address === bram && /tell the others/i.test(text),
    );
    expect(sent).toBeDefined();
    service.clock.advance(30_000);
    const browser = service.visitor();
    const page = `${gateway.href}/acknowledge`;
    await browser.get(page);
    expect(browser.page.path).toBe(`/sign-in?next=${encodeURIComponent(page)}`);
    const { email, password, totpKey } = service.account(bram);
    await browser.submit({ email, password });
    await browser.submit({ code: totp(totpKey, service.clock.now()) });
    expect(browser.page.path).toBe(page);
    expect(browser.words).toContain('Who is on it?');
    for (const method of ['GET', 'HEAD']) {
      for (const path of [page, `${page}/take-back`, `${page}?kind=replaced`]) {
        await browser.send(method, path);
      }
    }
    expect(await words()).toEqual([]);
  });

  test('is shown to everyone concerned, and to nobody else', async () => {
    const browser = await service.signedIn(anna);
    await say(browser, gateway, { kind: 'taken', until: '2026-12-03' });
    expect(browser.page.path).toBe(`${gateway.href}?done=acknowledged`);
    const text = 'Anna Visser is on it until Thu 3 December 2026.';
    const [application] = gateway.href.split('/secrets/');
    for (const email of [bram, olga, ines]) {
      const reader = await service.signedIn(email);
      for (const path of [gateway.href, application!, '/manage-api-credentials']) {
        await reader.get(path);
        expect(reader.words).toContain(text);
      }
    }
    const stranger = await service.signedIn(grace);
    expect((await stranger.get(`${gateway.href}/acknowledge`)).status).toBe(404);
    const { _csrf } = browser.form(`${gateway.href}/acknowledge/take-back`).fields;
    expect((await stranger.post(`${gateway.href}/acknowledge`, { _csrf: _csrf! })).status).toBe(
      403,
    );
    await stranger.get('/forecast');
    const own = /name="_csrf" value="([^"]*)"/.exec(stranger.page.text)![1]!;
    const posted = await stranger.post(`${gateway.href}/acknowledge`, {
      _csrf: own,
      kind: 'replaced',
    });
    expect(posted.status).toBe(404);
    expect(await words()).toEqual([{ line: `${anna} taken 2026-12-03` }]);
  });

  test('a later word replaces the earlier one, and can be taken back', async () => {
    const browser = await service.signedIn(anna);
    await say(browser, gateway, { kind: 'taken', until: '2026-12-04' });
    expect(await words()).toEqual([{ line: `${anna} taken 2026-12-04` }]);
    await browser.submit({}, `${gateway.href}/acknowledge/take-back`);
    expect(await words()).toEqual([]);
    await browser.get(gateway.href);
    expect(browser.words).toContain('Nobody has said so yet.');
  });

  test.each([
    [{ kind: '' }, 'Choose one of the three.'],
    [{ kind: 'mine' }, 'Choose one of the three.'],
    [{ kind: 'taken', until: '' }, 'Type a day'],
    [{ kind: 'taken', until: '2026-02-30' }, 'Type a day'],
    [{ kind: 'taken', until: '2026-11-30' }, 'Choose a day that comes before its end'],
    [{ kind: 'taken', until: '2026-12-07' }, 'Choose a day that comes before its end'],
  ])('refuses %j with a sentence', async (fields, sentence) => {
    const browser = await service.signedIn(bram);
    const page = await say(browser, gateway, fields);
    expect(page.status).toBe(422);
    expect(browser.words).toContain(sentence);
    expect(await words()).toEqual([]);
  });

  test('is not for IT, which gets no such mails', async () => {
    const browser = await service.signedIn(ines);
    await browser.get(gateway.href);
    expect(browser.page.text).not.toContain(`${gateway.href}/acknowledge`);
    expect((await browser.get(`${gateway.href}/acknowledge`)).status).toBe(403);
  });

  test('of two answers at once one stands', async () => {
    const browser = await service.signedIn(anna);
    await browser.get(`${lab.href}/acknowledge`);
    const { fields } = browser.form(`${lab.href}/acknowledge`);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, at) =>
        browser.send(
          'POST',
          `${lab.href}/acknowledge`,
          new URLSearchParams({ ...fields, kind: at % 2 ? 'replaced' : 'not_mine' }).toString(),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(303));
    expect(await words()).toHaveLength(1);
    await browser.get(lab.href);
    await browser.submit({}, `${lab.href}/acknowledge/take-back`);
    service.mailer.sent.splice(0);
  });

  test('“not mine” tells org admins and support once, and withdraws nothing', async () => {
    const browser = await service.signedIn(bram);
    await say(browser, lab, { kind: 'not_mine' });
    await say(browser, lab, { kind: 'not_mine' });
    await service.app.get(Outbox).deliverDue();
    const told = service.mailer.sent.filter(({ subject }) => subject.startsWith('Not theirs'));
    expect(told.map(({ to }) => to.address).sort()).toEqual([olga, 'support@keyturn.example']);
    for (const { text } of told) expect(text).toContain('Bram Jansen was reminded of the secret');
    expect((await browser.get(lab.href)).status).toBe(200);
    await browser.submit({}, `${lab.href}/acknowledge/take-back`);
  });

  test('early mails wait, and the last week goes out and names who is on it', async () => {
    const browser = await service.signedIn(anna);
    await say(browser, gateway, { kind: 'taken', until: '2026-12-06' });
    await service.dataSource.query(`delete from reminders where secret_id = $1`, [
      lab.href.split('/secrets/')[1],
    ]);
    await service.dataSource.query(`update secrets set reminded = 'none'`);
    await say(browser, lab, { kind: 'taken', until: '2026-12-04' });
    service.clock.set(new Date('2026-12-02T09:00:00Z'));
    service.mailer.sent.splice(0);
    await service.app.get(Reminders).run();
    const mails = service.mailer.sent.filter(({ to }) => to.address.endsWith('@matchpunt.example'));
    expect(mails.map(({ to }) => to.address).sort()).toEqual([anna, bram, olga]);
    for (const { text, html } of mails) {
      expect(text).toContain('Search gateway, old key');
      expect(text).toContain('Anna Visser is on it until Sun 6 December 2026.');
      expect(html).toContain('Anna Visser is on it until Sun 6 December 2026.');
      expect(text).not.toContain('Laboratory link');
    }
    const reader = await service.signedIn(bram);
    await reader.get(lab.href);
    expect(reader.words).toContain('not sent: Anna Visser is on it until Fri 4 December 2026');
    await reader.get(gateway.href);
    expect(reader.words).toContain('Next mail: Thu 3 December 2026 (tomorrow).');

    service.clock.set(new Date('2026-12-05T09:00:00Z'));
    service.mailer.sent.splice(0);
    await service.app.get(Reminders).run();
    expect(service.mailer.sent).toHaveLength(3);
    for (const { text } of service.mailer.sent) expect(text).toContain('Laboratory link');
  });
});
