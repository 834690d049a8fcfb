import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { theService } from '../../src/audit/audit.service.js';
import { AccessRequests } from '../../src/sign-token/access-requests.service.js';
import { HeaderCast } from '../domains/header-cast.js';
import { browserPath, howToInstall, launch, submitOf, violations } from '../support/browser.js';
import { totp } from '../support/totp.js';

const grace = 'grace@lanetrust.example';
const olga = 'olga@matchpunt.example';
const ines = 'ines@keyturn.example';
const hour = 3_600_000;

const inBrowser = browserPath ? describe : describe.skip;
const name = browserPath ? 'journeys' : `journeys (${howToInstall})`;

inBrowser(name, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser.close());

  describe.each([
    ['with', true],
    ['without', false],
  ])('%s JavaScript', (_, javaScriptEnabled) => {
    let service: TestApp;
    let page: Page;
    beforeAll(async () => {
      service = await startTestApp();
    });
    afterAll(() => service.close());

    async function open(path: string): Promise<void> {
      const context = await browser.newContext({ javaScriptEnabled });
      page = await context.newPage();
      page.setDefaultTimeout(5_000);
      await page.goto(service.url + path);
    }

    /** Password and code, from the sign-in page that is shown. */
    async function signIn(email: string): Promise<void> {
      service.clock.advance(30_000);
      const { password, totpKey } = service.account(email);
      await page.getByLabel('E-mail').fill(email);
      await page.getByLabel('Password').fill(password);
      await submitOf(page).click();
      await page.getByLabel('Code').fill(totp(totpKey, service.clock.now()));
      await submitOf(page).click();
    }

    const heading = () => page.getByRole('heading', { level: 1 }).textContent();
    const link = (text: string) => page.getByRole('link', { name: text }).first();
    const button = (text: RegExp) => page.getByRole('main').getByRole('button', { name: text });

    async function use(clientId: string, value: string): Promise<void> {
      service.clock.advance(60_000);
      const { status } = await fetch(`${service.url}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${value}`)}` },
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          resource: 'https://search-match.api.example.org',
        }),
      });
      expect(status).toBe(200);
      await service.app.get(SecretUses).flush();
    }

    /** The one next button of the four steps. */
    const next = () => page.locator('section[aria-labelledby=rotation] a.button');
    const stepNow = () => page.locator('section[aria-labelledby=rotation] .walk-now').textContent();

    test('a credential manager comes from the mail, and leaves when the old secret is deleted', async () => {
      await service.app.get(Reminders).run({ force: true });
      const mail = service.mailer.sent.find(
        ({ to, text }) => to.address === grace && text.includes('Search server'),
      )!;
      const [address] = /http\S+\/secrets\/[0-9a-f-]{36}/.exec(mail.text)!;
      const { pathname } = new URL(address);
      await open(pathname);
      await signIn(grace);
      expect(new URL(page.url()).pathname).toBe(pathname);
      expect(await heading()).toContain('Search server');

      await page
        .getByRole('main')
        .getByRole('link', { name: 'Partner-GB-LaneTrust-SMC' })
        .first()
        .click();
      const application = page.url();
      expect(await stepNow()).toContain('Create');
      await next().click();
      await page.getByLabel('Name').fill('Search server 2027');
      await submitOf(page).click();
      const value = (await page.locator('#secret-value').textContent())!;
      await page.getByRole('link', { name: 'I have stored it' }).click();
      await page.waitForURL(application);
      expect(await stepNow()).not.toContain('Create');

      const clientId = (await page.locator('#client-id').textContent())!;
      await use(clientId, value);
      // Nobody has used the old one for a day and a half.
      service.clock.advance(37 * hour);
      await use(clientId, value);
      await page.goto(application);
      await signIn(grace);
      expect(await stepNow()).toContain('elete');
      await next().click();
      const dialog = javaScriptEnabled ? page.locator('dialog[open]') : page.getByRole('main');
      const typed = dialog.getByLabel(/Type/);
      if (await typed.count()) await typed.fill('Search server');
      await dialog.getByRole('button', { name: 'Delete' }).click();
      await page.getByText('“Search server” is deleted').first().waitFor();
      expect(
        await page.locator('.rack > li').filter({ hasText: 'Search server 2027' }).count(),
      ).toBe(1);
    });

    test('an org admin reads what ends, and asks IT for a second credential manager', async () => {
      await open('/manage-api-credentials');
      await signIn(olga);
      await page.waitForURL(/manage-api-credentials/);
      expect(await page.getByRole('link', { name: 'Create secret' }).count()).toBe(0);
      await link('Role requests').click();
      await link('Ask').click();
      await page
        .getByLabel('Role')
        .selectOption({ label: 'Credential manager of Partner-NL-Matchpunt-DM' });
      const bram = page.getByLabel('Person').locator('option', { hasText: 'Bram Jansen' });
      await page.getByLabel('Person').selectOption(await bram.getAttribute('value'));
      await submitOf(page).click();
      await page.getByText('Waits for IT').waitFor();
    });

    test('IT approves it, makes an application, and invites somebody', async () => {
      await open('/admin/role-requests');
      await signIn(ines);
      await button(/^Approve.*Bram Jansen/).click();
      await page.getByText('Nothing waits').waitFor();

      await link('Organisations').click();
      await link('Registro Ibérico de Donantes').click();
      const organisation = page.url();
      await link('New application').click();
      await page.getByLabel('Partner', { exact: true }).check();
      await page.getByLabel('API').selectOption('SMC');
      await submitOf(page).click();
      await page.getByRole('heading', { level: 1, name: 'Partner-ES-RID-SMC' }).waitFor();
      await page.goto(organisation);
      await link('Invite a user').click();
      await page.getByLabel('Name').fill('Pilar Ferrer');
      await page.getByLabel('E-mail').fill('pilar@rid.example');
      await submitOf(page).click();
      await page.getByText('pilar@rid.example').first().waitFor();
      const invitation = service.mailer.sent.find(({ to }) => to.address === 'pilar@rid.example')!;
      expect(invitation.text).toMatch(/http\S+\/invitations\/\S+/);
    });

    test('somebody signs in for an application, and takes it back', async () => {
      const cast = new HeaderCast(service);
      const app = await receiver();
      const program = await cast.program('Partner-NL-Matchpunt-SMC', 'localhost', {
        environment: 'test',
      });
      const redirectUrl = `${app.url}/signed-in?from=keyturn`;
      const place = { applicationId: program.applicationId, domainId: program.domainId };
      const wish = { kind: 'callback' as const, url: redirectUrl };
      await cast.domains.addUrl(theService, place, wish, { asIt: true });
      await cast.grantUserinfo(program.applicationId);
      const start = () => cast.start({ ...program, redirectUrl });

      await open(`/sign-in-to/${await start()}`);
      await signIn(grace);
      await page.getByLabel('Note').fill('I test it.');
      expect(javaScriptEnabled ? await wrongWith(page) : []).toEqual([]);
      await button(/^Ask for access/).click();
      await page.getByText('You have asked for access').waitFor();
      const [{ id }] = await service.dataSource.query<[{ id: string }]>(
        `select id from access_requests where state = 'pending'`,
      );
      const anna = await cast.person('anna@matchpunt.example');
      await service.app.get(AccessRequests, { strict: false }).decide(anna, id, true);

      await page.goto(`${service.url}/sign-in-to/${await start()}`);
      expect(javaScriptEnabled ? await wrongWith(page) : []).toEqual([]);
      await button(/^Agree/).click();
      await page.getByText('Welcome').waitFor();
      expect(page.url()).toMatch(/\/signed-in\?from=keyturn&token=[\w-]{43}$/);
      expect(app.referers).toEqual([]);
      const token = new URL(page.url()).searchParams.get('token');
      const { body } = await cast.post('sign-token-verify', { token }, program.headers);
      expect(body.data).toMatchObject({ email: grace });

      await page.goto(`${service.url}/my-applications`);
      expect(javaScriptEnabled ? await wrongWith(page) : []).toEqual([]);
      await link('Take back').click();
      const dialog = javaScriptEnabled ? page.locator('dialog[open]') : page.getByRole('main');
      await dialog.getByRole('button', { name: 'Take it back' }).click();
      await page.getByText('The application learns nothing more').waitFor();
      await app.close();
    });
  });
});

/** For everybody, also on the smallest screen; where scripts run, as axe is one. */
async function wrongWith(page: Page): Promise<string[]> {
  const size = page.viewportSize()!;
  await page.setViewportSize({ width: 320, height: 700 });
  const width = await page.evaluate<number>('document.documentElement.scrollWidth');
  await page.setViewportSize(size);
  return [...(await violations(page)), ...(width > 320 ? [`${width} px wide`] : [])];
}

/** An application that somebody comes back to. */
async function receiver() {
  const referers: string[] = [];
  const server = createServer((request, response) => {
    if (request.headers.referer?.includes('sign-in-to')) referers.push(request.headers.referer);
    response.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise((resolve) => server.close(resolve));
  return { url: `http://localhost:${port}`, referers, close };
}
