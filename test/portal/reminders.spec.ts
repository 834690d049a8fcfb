import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
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
