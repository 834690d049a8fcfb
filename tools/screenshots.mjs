// Pictures of every screen, in both themes and two widths, from the demo's data: docs/screens/.
// Walks the links as each kind of user, so a new page is in the next round by itself.
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const only = process.argv[2];
const target = 'docs/screens';
const dataDir = mkdtempSync(join(tmpdir(), 'keyturn-screens-'));
const looks = [
  { theme: 'light', width: 1280 },
  { theme: 'dark', width: 1280 },
  { theme: 'light', width: 320 },
  { theme: 'dark', width: 320 },
];

const service = spawn('node', ['dist/src/main.js', '--demo', '--json'], {
  env: { ...process.env, PORT: process.env.PORT ?? '3099', DATA_DIR: dataDir, LOG_LEVEL: 'error' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const demo = await ready();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? firstOf(places),
  args: ['--no-sandbox', '--disable-gpu'],
});
mkdirSync(target, { recursive: true });
try {
  await visitors();
  const seen = new Set();
  for (const role of ['credential_manager', 'org_admin', 'it']) await walk(role, seen);
} finally {
  await browser.close();
  service.kill('SIGTERM');
  await new Promise((done) => service.once('exit', done));
  rmSync(dataDir, { recursive: true, force: true });
}

function firstOf(paths) {
  const found = paths.find((path) => existsSync(path));
  if (!found) throw new Error('No browser found. Install Chromium, or name it in CHROMIUM.');
  return found;
}

function ready() {
  return new Promise((resolve, reject) => {
    createInterface({ input: service.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    service.once('exit', () => reject(new Error('The service did not start.')));
  });
}

/** What is seen before a sign-in. */
async function visitors() {
  const page = await browser.newPage();
  await page.goto(`${demo.url}/sign-in`);
  await shoot(page, 'visitor sign-in');
  await page.getByLabel('E-mail').fill('anna@matchpunt.example');
  await page.getByLabel('Password').fill('not this one at all');
  await page.locator('main form button').first().click();
  await shoot(page, 'visitor sign-in wrong');
  await page.goto(`${demo.url}/invitations/not-a-link`);
  await shoot(page, 'visitor invitation unknown');
  await page.context().close();
}

async function walk(role, seen) {
  const account = demo.accounts.find((each) => each.role === role);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${demo.url}/sign-in`);
  await page.getByLabel('E-mail').fill(account.email);
  await page.getByLabel('Password').fill(account.password);
  await page.locator('main form button').first().click();
  await shoot(page, `${role} sign-in code`);
  await page.getByLabel('Code').fill(totp(account.totpKey));
  await page.locator('main form button').first().click();
  await page.waitForURL(/manage-api-credentials|admin/);
  const queue = [new URL(page.url()).pathname, '/nowhere'];
  while (queue.length) {
    const path = queue.shift();
    const kind = `${role} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ':id').replace(/\?.*/, '')}`;
    if (seen.has(kind)) continue;
    seen.add(kind);
    const answer = await page.goto(demo.url + path).catch(() => undefined);
    if (!answer?.headers()['content-type']?.startsWith('text/html')) continue;
    await shoot(page, kind);
    if (path.endsWith('/secrets/new')) await secretCreated(page, role);
    queue.push(...(await links(page)));
  }
  if (role === 'credential_manager') await states(page);
  if (role === 'it') await statesOfIt(page);
  await context.close();
}

/** What no link leads to: narrowed, empty, warned about, and on paper. */
async function states(page) {
  await page.goto(`${demo.url}/manage-api-credentials`);
  const application = await page.locator('article h2 a').first().getAttribute('href');
  const sunday = new Date(Date.now() + 60 * 86_400_000);
  sunday.setUTCDate(sunday.getUTCDate() + ((7 - sunday.getUTCDay()) % 7));
  const views = {
    'activity refused': `${application}/activity?kind=refused`,
    'activity nothing found': `${application}/activity?person=nobody`,
    'home nothing found': '/manage-api-credentials?q=nothing-like-this',
    'secret-new day off': `${application}/secrets/new?lastDay=${sunday.toISOString().slice(0, 10)}`,
    'secret-new long name': `${application}/secrets/new?name=${'Wxyz1'.repeat(20)}`,
  };
  for (const [name, path] of Object.entries(views)) {
    await page.goto(demo.url + path);
    await shoot(page, name);
  }
  await page.goto(demo.url + application);
  await page.emulateMedia({ media: 'print' });
  await shoot(page, 'application on paper');
  await page.emulateMedia({ media: 'screen' });
}

/** Of IT: nothing found, and forms and a file with mistakes. */
async function statesOfIt(page) {
  const views = {
    'it organisations nothing found': '/admin/organisations?q=nothing-like-this',
    'it users nothing found': '/admin/users?q=nothing-like-this',
    'it applications nothing found': '/admin/applications?q=nothing-like-this',
    'it audit nothing found': '/admin/audit?who=nobody-at-all',
    'it support nothing found': '/admin/support?q=nothing-like-this',
    'it support found': '/admin/support?q=matchpunt',
  };
  for (const [name, path] of Object.entries(views)) {
    await page.goto(demo.url + path);
    await shoot(page, name);
  }
  for (const form of ['organisations/new', 'users/new']) {
    await page.goto(`${demo.url}/admin/${form}`);
    await page.locator('main form button[type=submit]').last().click();
    await shoot(page, `it ${form} wrong`);
  }
  await page.goto(`${demo.url}/admin/provisioning`);
  await page.locator('main textarea').fill('organisations:\n  - country: XX\n    slug: no good\n');
  await page.locator('main form button[type=submit]').first().click();
  await shoot(page, 'it provisioning wrong');
}

/** What is only seen after a form was sent. */
async function secretCreated(page, role) {
  await page.getByLabel('Name').fill('');
  await page.locator('main form button[type=submit]').click();
  await shoot(page, `${role} secret-new wrong`);
  await page.getByLabel('Name').fill('Search gateway');
  await page.locator('main form button[type=submit]').click();
  await shoot(page, `${role} secret-created`);
}

function links(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('main a[href], header a[href]')]
      .map((link) => new URL(link.href))
      .filter((url) => url.origin === location.origin && !url.pathname.startsWith('/mailbox'))
      .map((url) => url.pathname),
  );
}

async function shoot(page, name) {
  const file = name.replace(/[^a-z0-9]+/gi, '-').replace(/^-|-$/g, '');
  if (only && !file.includes(only)) return;
  for (const { theme, width } of looks) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(target, `${file}-${theme}-${width}.png`), fullPage: true });
  }
  console.log(file);
}

/** RFC 6238 with SHA-1, six digits, 30 seconds. */
function totp(key) {
  const bits = [...key.replace(/=+$/, '')]
    .map((letter) =>
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
    )
    .join('');
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const digest = createHmac('sha1', bytes).update(counter).digest();
  const code = digest.readUInt32BE(digest.at(-1) & 15) & 0x7fffffff;
  return String(code % 1_000_000).padStart(6, '0');
}
