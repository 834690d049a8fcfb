import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import {
  browserPath,
  howToInstall,
  launch,
  signIn,
  submitOf,
  violations,
} from '../support/browser.js';
import { freePort } from '../support/demo-process.js';
import { totp } from '../support/totp.js';

const anna = 'anna@matchpunt.example';
const secretForm = /^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/;

const inBrowser = browserPath ? describe : describe.skip;
const name = browserPath ? 'in a browser' : `in a browser (${howToInstall})`;

inBrowser(name, () => {
  let service: TestApp;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    const port = await freePort();
    service = await startTestApp({ PUBLIC_URL: `http://localhost:${port}` }, undefined, port);
    // Passkeys belong to a name, not to a number.
    service.url = service.config.PUBLIC_URL;
    browser = await launch();
    context = await browser.newContext();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    page.setDefaultTimeout(5_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  test('a credential manager creates a secret, sees it once, switches it off and on, deletes it', async () => {
    await signIn(service, page, anna);
    expect(await page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'What ends when',
      'Partner-NL-Matchpunt-SMC',
      'PartnerAlternative-NL-Matchpunt-SMC',
      'Partner-NL-Matchpunt-DM',
    ]);
    await page.getByRole('link', { name: 'Partner-NL-Matchpunt-DM', exact: true }).click();
    const application = page.url();

    await page.getByRole('link', { name: 'Create secret' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('Secret by Anna Visser');
    expect(await page.getByLabel('Last day').getAttribute('max')).toBe('2027-12-01');
    await page.getByLabel('Name').fill('Browser secret');
    await page.getByRole('button', { name: '90 days' }).click();
    expect(await page.getByLabel('Last day').inputValue()).toBe('2027-03-01');
    await submitOf(page).click();

    const value = await page.locator('#secret-value').textContent();
    expect(value).toMatch(secretForm);
    await page.getByRole('button', { name: 'Copy secret' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(value);
    await page.getByRole('button', { name: 'Copy the secret as a line for .env' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(`CLIENT_SECRET=${value}`);
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('Partner-NL-Matchpunt-DM.env');
    const text = await readFile(await file.path(), 'utf8');
    expect(text).toMatch(/^CLIENT_ID=[0-9a-f-]{36}\nCLIENT_SECRET=/);
    expect(text.trim().endsWith(value!)).toBe(true);

    // Leaving asks first; then neither the back button nor a reload brings the value back.
    await page.getByRole('link', { name: 'I have stored it' }).click();
    await page.waitForURL(application);
    expect(await page.content()).not.toContain(value!.slice(8));
    await page.goBack();
    for (const again of ['the back button', 'a reload']) {
      if (again === 'a reload') await page.reload();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain(
        'Browser secret',
      );
      const text = await page.content();
      expect(text).toContain(value!.slice(0, 3));
      expect(text).not.toContain(value!.slice(8));
    }
    await page.goto(application);

    const row = page.locator('.rack > li').filter({ hasText: 'Browser secret' });
    await row.getByRole('link', { name: 'Switch off' }).click();
    const dialog = page.locator('dialog[open]');
    expect(await dialog.textContent()).toContain('Browser secret');
    await dialog.getByRole('button', { name: 'Switch off' }).click();
    expect(await page.getByText('“Browser secret” is switched off').isVisible()).toBe(true);
    expect(await row.textContent()).toContain('Switched off');

    await row.getByRole('link', { name: 'Switch on' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Switch on' }).click();
    expect(await row.textContent()).toContain('Active');

    await row.getByRole('link', { name: 'Delete' }).click();
    await page.keyboard.press('Escape');
    expect(await page.locator('dialog[open]').count()).toBe(0);
    await row.getByRole('link', { name: 'Delete' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('“Browser secret” is deleted').waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toContain('is deleted');
    expect(page.url()).toBe(`${application}#secrets`);
    expect(await row.count()).toBe(0);
  });

  test('a step-up keeps what was typed', async () => {
    await page.getByRole('link', { name: 'Create secret' }).click();
    await page.getByLabel('Name').fill('After the step-up');
    service.clock.advance(20 * 60_000);
    await submitOf(page).click();
    await page.getByLabel('Code').fill(totp(service.account(anna).totpKey, service.clock.now()));
    await submitOf(page).click();
    await page.getByText('After the step-up').first().waitFor();
    expect(await page.locator('#secret-value').textContent()).toMatch(secretForm);
    await page.getByRole('link', { name: 'I have stored it' }).click();
  });

  test('the words beside the date are the same from the server and from the script', async () => {
    await page.getByRole('link', { name: 'Create secret' }).click();
    const said = async () => [
      await page.locator('#ends-text').textContent(),
      await page.locator('#mails-text').textContent(),
    ];
    const byServer = await said();
    const chosen = await page.getByLabel('Last day').inputValue();
    await page.getByLabel('Last day').fill('2027-01-05');
    await page.getByText('Its last day is Tue 5 January 2027').waitFor();
    expect(await said()).not.toEqual(byServer);
    await page.getByLabel('Last day').fill(chosen);
    await page.getByText(byServer[0]!).waitFor();
    expect(await said()).toEqual(byServer);
  });

  test('a last day on a weekend is warned about, and the working day before is one press away', async () => {
    const warning = page.getByText('The last day falls on a weekend');
    expect(await warning.isVisible()).toBe(false);
    await page.getByLabel('Last day').fill('2027-11-28');
    await warning.waitFor();
    expect(await page.locator('#warned').inputValue()).toBe('2027-11-28');
    expect(await violations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Use Fri 26 November 2027' }).click();
    await warning.waitFor({ state: 'hidden' });
    expect(await page.getByLabel('Last day').inputValue()).toBe('2027-11-26');
    expect(await page.getByText('Its last day is Fri 26 November 2027').isVisible()).toBe(true);
  });

  test('back to a refused form is back to the form, and the browser has nothing to ask', async () => {
    const form = page.url();
    await page.getByLabel('Name', { exact: true }).fill('');
    await page.getByRole('button', { name: 'Create secret' }).click();
    await page.getByRole('heading', { name: 'Please check' }).waitFor();
    await page.goto(`${service.url}/profile`);
    const answer = await page.goBack();
    expect({ status: answer?.status(), url: page.url() }).toEqual({ status: 200, url: form });
    expect(await page.getByRole('button', { name: 'Create secret' }).isVisible()).toBe(true);
  });

  test('axe finds nothing, in light and dark, on the pages of a credential manager', async () => {
    const origin = service.url;
    await page.goto(`${origin}/manage-api-credentials`);
    const application = await page
      .getByRole('link', { name: 'Partner-NL-Matchpunt-SMC', exact: true })
      .getAttribute('href');
    await page.goto(origin + application!);
    const secret = await page
      .getByRole('link', { name: 'Laboratory link', exact: true })
      .getAttribute('href');
    const paths = [
      '/manage-api-credentials',
      application!,
      `${application!}/secrets/new`,
      `${application!}/activity`,
      secret!,
      `${secret!}/delete`,
      '/nowhere',
    ];
    for (const path of paths) {
      await page.goto(origin + path);
      expect({ path, found: await violations(page) }).toEqual({ path, found: [] });
    }
  }, 90_000);

  test('nothing is wider than a screen of 320 px', async () => {
    await page.setViewportSize({ width: 320, height: 700 });
    await page.goto(`${service.url}/manage-api-credentials`);
    const application = await page
      .getByRole('link', { name: 'Partner-NL-Matchpunt-SMC', exact: true })
      .getAttribute('href');
    for (const path of [
      '/manage-api-credentials',
      application!,
      `${application!}/secrets/new`,
      `${application!}/activity`,
    ]) {
      await page.goto(service.url + path);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    }
  });

  test('long names, many refused calls and the printed page keep their form', async () => {
    const long = 'Wxyz1'.repeat(20);
    const [row] = await service.dataSource.query<{ id: string }[]>(
      `select id from applications where name = 'Partner-NL-Matchpunt-SMC'`,
    );
    const application = `/manage-api-credentials/${row!.id}`;
    const change = (sql: string) => service.dataSource.query(sql, [long]);
    await change(`update organisations set name = $1 where slug = 'Matchpunt'`);
    await change(`update users set name = $1 where email = 'bram@matchpunt.example'`);
    await change(`update secrets set name = $1 where name = 'Search gateway, old key'`);
    await service.dataSource.query(
      `insert into refused_calls (at, application_id, reason, address)
       select $2, $1, 'expired', '2001:db8:85a3:1234:5678:8a2e:370:' || n
       from generate_series(1, 200) n`,
      [row!.id, service.clock.now()],
    );
    const paths = [
      '/manage-api-credentials',
      application,
      `${application}/activity`,
      `${application}/activity?kind=refused`,
      `${application}/secrets/new?name=${long}&lastDay=2027-11-28`,
    ];
    for (const path of paths) {
      await page.goto(service.url + path);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(320);
    }
    await page.goto(service.url + application);
    await page.setViewportSize({ width: 1280, height: 700 });
    expect(await violations(page)).toEqual([]);

    // On paper it is black on white whatever the screen, and nothing can be pressed.
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.getByRole('link', { name: 'Create secret' }).count()).toBe(0);
    expect(await page.locator('#client-id').isVisible()).toBe(true);
    const paper = `getComputedStyle(document.body).backgroundColor`;
    expect(await page.evaluate(paper)).toBe('rgb(255, 255, 255)');
    expect(
      await page.evaluate(`getComputedStyle(document.querySelector('.rack h3 a')).color`),
    ).toBe('rgb(11, 88, 99)');
    await page.emulateMedia({ media: 'screen' });
  });

  test('a passkey is added, signs in, confirms a change, and is removed', async () => {
    const own = await browser.newContext();
    const page = await own.newPage();
    page.setDefaultTimeout(5_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    const protocol = await own.newCDPSession(page);
    await protocol.send('WebAuthn.enable');
    const { authenticatorId } = await protocol.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
      },
    });
    const unlocks = (isUserVerified: boolean) =>
      protocol.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    const bram = 'bram@matchpunt.example';
    const useIt = page.getByRole('button', { name: 'Use a passkey' });

    await signIn(service, page, bram);
    await page.goto(`${service.url}/profile`);
    await page.getByRole('link', { name: 'Add a passkey' }).click();
    await page.getByLabel('Name').fill('Desk');
    await submitOf(page).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('The passkey is added').waitFor();
    expect(await page.getByRole('rowheader', { name: 'Desk' }).isVisible()).toBe(true);
    expect(await violations(page)).toEqual([]);

    // The same device makes no second one; then the person does not unlock it, and then does.
    await page.goto(`${service.url}/profile/passkeys/new`);
    await page.getByLabel('Name').fill('Again');
    await submitOf(page).click();
    await page.getByRole('button', { name: 'Make the passkey' }).click();
    await page.getByText('on this device already').waitFor();
    await own.clearCookies();
    await page.goto(`${service.url}/sign-in?next=/profile`);
    await page.getByLabel('E-mail').fill(bram);
    await page.getByLabel('Password').fill(service.account(bram).password);
    await submitOf(page).click();
    await unlocks(false);
    await useIt.click();
    await page.getByText('No passkey answered').waitFor();
    expect(await violations(page)).toEqual([]);
    await unlocks(true);
    await useIt.click();
    await page.waitForURL('**/profile');

    service.clock.advance(16 * 60_000);
    await page.goto(`${service.url}/profile/passkeys/new`);
    await page.getByLabel('Name').fill('Kept over the step-up');
    await submitOf(page).click();
    await page.getByLabel('Password').fill(service.account(bram).password);
    await useIt.click();
    await page.getByText('Kept over the step-up').waitFor();

    await page.goto(`${service.url}/profile`);
    await page.getByRole('link', { name: 'Remove the passkey Desk' }).click();
    await page.locator('dialog[open]').getByRole('button', { name: 'Remove passkey' }).click();
    await page.getByLabel('Password').fill(service.account(bram).password);
    expect(await violations(page)).toEqual([]);
    await useIt.click();
    await page.getByText('The passkey is removed').waitFor();
    expect(await page.getByRole('rowheader', { name: 'Desk' }).count()).toBe(0);
    await own.close();
  }, 60_000);

  test('nothing was against the content security policy, and no script failed', () => {
    expect(complaints.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  });
});

inBrowser(`${name}, without JavaScript`, () => {
  let service: TestApp;
  let browser: Browser;

  beforeAll(async () => {
    service = await startTestApp();
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  test('everything works, with pages in place of dialogs', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(5_000);
    await signIn(service, page, anna);
    await page.getByRole('link', { name: 'Partner-NL-Matchpunt-DM', exact: true }).click();
    await page.getByRole('link', { name: 'Create secret' }).click();
    await page.getByLabel('Name').fill('Without a script');
    await page.getByLabel('Last day').fill('2027-02-28');
    await submitOf(page).click();
    await page.getByText('Nothing is created yet').waitFor();
    await page.getByRole('link', { name: 'Use Fri 26 February 2027' }).click();
    expect(await page.getByLabel('Name').inputValue()).toBe('Without a script');
    await submitOf(page).click();
    expect(await page.locator('#secret-value').textContent()).toMatch(secretForm);
    await page.getByRole('link', { name: 'I have stored it' }).click();
    const row = page.locator('.rack > li').filter({ hasText: 'Without a script' });
    await row.getByRole('link', { name: 'Delete' }).click();
    expect(page.url()).toMatch(/\/delete$/);
    await submitOf(page).click();
    await page.getByText('“Without a script” is deleted').waitFor();
    expect(await row.count()).toBe(0);
  });
});
