import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { TestApp } from './app.js';
import { totp } from './totp.js';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a browser was found; the tests that need one are skipped without. */
export const browserPath = places.find((place) => existsSync(place));

/** Shown in the name of skipped tests. */
export const howToInstall = 'no browser found; install one with: apt-get install -y chromium';

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** Signs a demo account in by hand, from the sign-in page. */
export async function signIn(service: TestApp, page: Page, email: string): Promise<void> {
  service.clock.advance(30_000);
  const { password, totpKey } = service.account(email);
  await page.goto(`${service.url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Continue' }).or(submitOf(page)).first().click();
  await page.getByLabel('Code').fill(totp(totpKey, service.clock.now()));
  await submitOf(page).click();
  await page.waitForURL('**/manage-api-credentials');
}

/** The one submit button of the main form. */
export function submitOf(page: Page) {
  return page.locator('main form button:not([type=button])').first();
}

/** Every violation that axe finds on the page as it is, in both themes, one line each. */
export async function violations(page: Page): Promise<string[]> {
  return [...(await rules(page)), ...(await contrast(page))];
}

/** What axe finds in light. */
export function rules(page: Page): Promise<string[]> {
  const kinds = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  return judged(page, 'light', kinds);
}

/** What axe finds about colours in dark: the other rules know no theme. */
export function contrast(page: Page): Promise<string[]> {
  return judged(page, 'dark', ['color-contrast', 'link-in-text-block']);
}

async function judged(page: Page, theme: 'light' | 'dark', runOnly: string[]): Promise<string[]> {
  await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  await page.evaluate(await axeSource());
  const results = await page.evaluate(`axe.run({ runOnly: ${JSON.stringify(runOnly)} })`);
  return (results as { violations: Violation[] }).violations.map(
    ({ id, nodes }) => `${theme} ${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
  );
}

interface Violation {
  id: string;
  nodes: { html: string }[];
}

let axe: string | undefined;

async function axeSource(): Promise<string> {
  axe ??= await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  return axe;
}
