import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

let service: TestApp;
let browser: Visitor;

beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());
beforeEach(async () => {
  browser = await service.signedIn('anna@matchpunt.example');
});

const valueOf = (name: string) => service.world.secrets.find((each) => each.name === name)!.value;

async function paste(pasted: string): Promise<string> {
  await browser.get('/which-secret');
  await browser.submit({ pasted });
  return browser.words;
}

describe('Which secret is this? (S14)', () => {
  test('one of an application that one manages: name, application, state, and never the value', async () => {
    const value = valueOf('Laboratory link');
    const words = await paste(`  ${value}\n`);
    expect(words).toContain('This is one of yours');
    expect(words).toContain(`begins with ${value.slice(0, 3)}… Laboratory link`);
    expect(words).toContain('Application Partner-NL-Matchpunt-SMC');
    expect(words).toContain('State Active');
    expect(browser.page.text).not.toContain(value.slice(4));
  });

  test.each([
    ['a client ID', 'a8e1b8b3-99be-46a5-a03c-71e7e45eb414', 'looks like a client ID'],
    ['something else', 'Spring-Linden-Harbour', 'Not a secret of Keyturn'],
    ['nothing', '   ', 'Paste the value here'],
  ])('%s', async (_name, pasted, answer) => {
    expect(await paste(pasted)).toContain(answer);
    expect(browser.page.text).not.toContain(pasted.trim() || 'no such text');
  });

  test('a value that was cut or quoted', async () => {
    const value = valueOf('Laboratory link');
    for (const fault of [value.slice(0, -1), `"${value}"`, value.replace(/.$/, '!')]) {
      expect(await paste(fault)).toContain('A secret with a fault');
    }
  });

  test('one of another organisation looks like one that never was', async () => {
    const theirs = service.world.applications.find(({ name }) => name.includes('-GB-'));
    const foreign = service.world.secrets.find(({ clientId }) => clientId === theirs!.clientId);
    const words = await paste(foreign!.value);
    expect(words).toContain('Not one of yours');
    expect(words).not.toContain(foreign!.name);
  });

  test('a deleted one is still recognised', async () => {
    await service.dataSource.query(
      `update secrets set deleted_at = $1, deleted_by = created_by where name = 'Migration test'`,
      [service.clock.now()],
    );
    expect(await paste(valueOf('Migration test'))).toContain('State Deleted');
  });

  test('guessing is limited, for each user', async () => {
    for (let tries = 0; tries < 30; tries++) await paste('guess');
    expect(browser.page.status).toBe(429);
    expect(browser.words).toContain('That was a lot of tries');
    service.clock.advance(15 * 60_000);
    expect(await paste('guess')).toContain('Not a secret of Keyturn');
  });

  test('what was pasted is not carried along by a locked session', async () => {
    await browser.get('/which-secret');
    service.clock.advance(61 * 60_000);
    const value = valueOf('Laboratory link');
    await browser.submit({ pasted: value });
    expect(browser.words).toContain('Locked while you were away');
    expect(browser.page.text).not.toContain(value.slice(4));
  });
});
