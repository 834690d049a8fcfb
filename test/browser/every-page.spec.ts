import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { startTestApp, type TestApp } from '../support/app.js';
import { browserPath, contrast, howToInstall, launch, rules, signIn } from '../support/browser.js';

const people = {
  'a credential manager': 'anna@matchpunt.example',
  'an org admin': 'olga@matchpunt.example',
  IT: 'ines@keyturn.example',
};

const inBrowser = browserPath ? describe : describe.skip;
const name = browserPath ? 'every page' : `every page (${howToInstall})`;

inBrowser(name, () => {
  let service: TestApp;
  let browser: Browser;
  /** Kinds of pages that were looked at, whoever came there first. */
  const seen = new Set<string>();

  beforeAll(async () => {
    service = await startTestApp();
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  async function paths(page: Page): Promise<string[]> {
    const links = await page.evaluate<string[]>(
      `[...document.querySelectorAll('main a[href], header a[href]')].map(({ href }) => href)`,
    );
    return links
      .map((href) => new URL(href))
      .filter(({ origin }) => origin === service.url)
      .map(({ pathname }) => pathname);
  }

  /** One of each kind: an address with its identifiers left out. */
  const kindOf = (path: string) =>
    path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/\/\d+(?=\/|$)/g, '/:number');

  test.each(Object.entries(people))(
    'that %s can get to is fit for everybody, in both themes, and 320 px wide',
    async (_, email) => {
      const page = await (await browser.newContext()).newPage();
      await page.emulateMedia({ reducedMotion: 'reduce' });
      await signIn(service, page, email);
      const queue = [new URL(page.url()).pathname, '/nowhere', ...(await paths(page))];
      const wrong: string[] = [];
      for (const path of queue) {
        const kind = kindOf(path);
        if (seen.has(kind) || /\.(csv|json|yaml|ics)$/.test(path)) continue;
        seen.add(kind);
        const answer = await page.goto(service.url + path).catch(() => undefined);
        if (!answer?.headers()['content-type']?.startsWith('text/html')) continue;
        queue.push(...(await paths(page)));
        const found = [...(await rules(page)), ...(await contrast(page))];
        await page.setViewportSize({ width: 320, height: 700 });
        const width = await page.evaluate<number>('document.documentElement.scrollWidth');
        if (width > 320) found.push(`${width} px wide on a screen of 320`);
        await page.setViewportSize({ width: 1280, height: 800 });
        wrong.push(...found.map((each) => `${kind}: ${each}`));
      }
      expect(wrong).toEqual([]);
      await page.context().close();
    },
    120_000,
  );

  test('the first page weighs less than 100 kB and is drawn before any script', async () => {
    const page = await (await browser.newContext()).newPage();
    await signIn(service, page, people['a credential manager']);
    // A browser that is signed in, and has nothing of ours in its cache.
    const storageState = await page.context().storageState();
    const cold = await (await browser.newContext({ storageState })).newPage();
    let bytes = 0;
    const network = await cold.context().newCDPSession(cold);
    await network.send('Network.enable');
    network.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
    await cold.goto(`${service.url}/manage-api-credentials`);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(100_000);

    // A script that never comes keeps nothing from being drawn.
    await cold.route('**/*.js*', () => undefined);
    await cold.goto(`${service.url}/manage-api-credentials`, { waitUntil: 'commit' });
    await cold.getByRole('heading', { name: 'What ends when' }).waitFor();
  });
});
