import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { DemoProcesses, type DemoInstance } from '../support/demo-process.js';
import { askToken, type Credentials, introspect } from '../support/machine.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { Visitor } from '../support/visitor.js';

/*
 * Two processes on one database (S9): people change something through the pages of one, and programs
 * meet it at the other with their next request.
 */

let dataDir: string;
let processes: DemoProcesses;
let here: DemoInstance;
let there: DemoInstance;
let manager: Visitor;
let it: Visitor;

beforeAll(async () => {
  ({ path: dataDir } = await temporaryFolder());
  processes = new DemoProcesses(dataDir);
  here = await processes.start();
  there = await processes.start();
  manager = await signedIn('anna@matchpunt.example');
  it = await signedIn('ines@keyturn.example');
}, 120_000);
afterAll(() => processes.stopAll());

async function signedIn(email: string): Promise<Visitor> {
  const visitor = new Visitor(here.ready.url);
  await visitor.signIn(here.ready.accounts.find((each) => each.email === email)!);
  return visitor;
}

function secretOf(name: string): Credentials {
  return here.ready.secrets.find((each) => each.name === name)!;
}

const scope = { scope: 'match-connect' };

/** How the other process answers this secret, and what it says about a token. */
async function elsewhere(secret: Credentials, token: string, witness: Credentials) {
  const { status } = await askToken(there.ready.url, secret, scope);
  return { status, active: (await introspect(there.ready.url, witness, token)).body.active };
}

async function tokenOf(secret: Credentials): Promise<string> {
  return (await askToken(here.ready.url, secret, scope)).body.access_token as string;
}

/** Follows the first link on the page that ends like this, and confirms what it asks. */
async function confirm(
  visitor: Visitor,
  page: string,
  link: RegExp,
  fields: Record<string, string> = {},
): Promise<void> {
  await visitor.get(page);
  const href = link.exec(visitor.page.text)?.[1];
  expect(href).toBeDefined();
  await visitor.get(href!);
  await visitor.submit(fields, href!.split('?')[0]);
  expect(visitor.page.status).toBe(200);
}

/** The page of the application or secret whose link has this text. */
function hrefOf(visitor: Visitor, text: string): string {
  return new RegExp(`href="([^"?]+)"[^>]*>${text}<`).exec(visitor.page.text)![1]!;
}

/** A witness asks about tokens of its own application with a secret that stays good. */
describe('at the other process ends at once', () => {
  const smc = 'Partner-NL-Matchpunt-SMC';
  let application: string;
  let secrets: { passing: Credentials; witness: Credentials };
  let token: string;

  beforeAll(async () => {
    await manager.get('/manage-api-credentials');
    application = hrefOf(manager, smc);
    secrets = { passing: await made('Passing'), witness: await made('Witness') };
  });

  async function made(name: string): Promise<Credentials> {
    await manager.get(`${application}/secrets/new`);
    await manager.submit({ name });
    const { clientId } = here.ready.applications.find((each) => each.name === smc)!;
    const value = /id="secret-value">([^<]+)</.exec(manager.page.text)![1]!;
    return { clientId, value };
  }

  test.each([
    ['switched off', 'switch-off', { status: 401, active: false }],
    ['switched on again', 'switch-on', { status: 200, active: true }],
    ['deleted', 'delete', { status: 401, active: false }],
  ])('what a secret opens that is %s here', async (_, action, expected) => {
    const { passing, witness } = secrets;
    // Bought before; of a secret that is off the last one is asked about.
    token = (await tokenOf(passing)) ?? token;
    await manager.get(application);
    const link = new RegExp(
      `href="([^"]+/secrets/[0-9a-f-]{36}/${action})"[^>]*>[^<]*(?:<svg.*?</svg>)?[^<]*<span[^>]*> Passing<`,
    );
    await confirm(manager, application, link, { confirmName: 'Passing' });
    expect(await elsewhere(passing, token, witness)).toEqual(expected);
  });

  test('a deleted secret, for every request that begins after the answer, however many come', async () => {
    const hurried = await made('Hurried');
    let answered = false;
    const link = new RegExp(
      `href="([^"]+/secrets/[0-9a-f-]{36}/delete)"[^>]*>[^<]*(?:<svg.*?</svg>)?[^<]*<span[^>]*> Hurried<`,
    );
    const deletion = confirm(manager, application, link, { confirmName: 'Hurried' }).then(() => {
      answered = true;
    });
    const caller = async (url: string) => {
      const ask = async () => (await askToken(url, hurried, scope)).status;
      // Who is refused while the deletion is answered waits for it, so that nobody makes a flood.
      while (!answered) if ((await ask()) !== 200) await deletion;
      return [await ask(), await ask(), await ask()];
    };
    const callers = [here, there].flatMap(({ ready: { url } }) => [url, url, url].map(caller));
    expect((await Promise.all(callers)).flat()).toEqual(Array<number>(18).fill(401));
  });

  test('what a grant opens that is withdrawn here', async () => {
    const { witness } = secrets;
    const given = await tokenOf(witness);
    expect(await elsewhere(witness, given, witness)).toEqual({ status: 200, active: true });
    const page = `/admin/applications/${application.split('/').at(-1)}`;
    await confirm(
      it,
      page,
      /href="([^"]+\/withdraw)"[^>]*>Withdraw<span[^>]*> Match-Connect, Production</,
    );
    expect(await elsewhere(witness, given, witness)).toEqual({ status: 400, active: false });
  });

  test('everything of an application that is disabled here, until it is enabled', async () => {
    const { witness } = secrets;
    const page = `/admin/applications/${application.split('/').at(-1)}`;
    const ask = () => askToken(there.ready.url, witness, { scope: 'search-match' });
    expect((await ask()).status).toBe(200);
    await confirm(it, page, /href="([^"]+\/disable)"/);
    expect((await ask()).status).toBe(401);
    await confirm(it, page, /href="([^"]+\/enable)"/);
    expect((await ask()).status).toBe(200);
  });
});

describe('signing keys', () => {
  interface Line {
    kid: string;
    state: string;
    signsFrom: string;
  }

  async function keys(...args: string[]) {
    const { status, out, err } = await processes.output(['dist/src/cli.js', 'keys', ...args]);
    expect([status, err]).toEqual([0, '']);
    return out.trim().split('\n');
  }

  test('are rotated by the command line, once, with two hours of notice', async () => {
    const [rotated] = (await keys('rotate', '--json')).map(
      (line) => JSON.parse(line) as Line & { made: boolean },
    );
    expect(rotated!.made).toBe(true);
    const notice = Date.parse(rotated!.signsFrom) - Date.now();
    expect(notice).toBeGreaterThan(3_600_000);
    expect((await keys('rotate'))[0]).toContain('Nothing changed');
    const listed = (await keys('list', '--json')).map((line) => JSON.parse(line) as Line);
    expect(listed.map(({ state }) => state)).toEqual(['signing', 'next']);
    expect(listed[1]!.kid).toBe(rotated!.kid);
    // The running ones sign on with the key that everybody knows.
    const { body } = await askToken(there.ready.url, secretOf('Donor upload'), {
      scope: 'data-manager',
    });
    const [head] = (body.access_token as string).split('.');
    const { kid } = JSON.parse(Buffer.from(head!, 'base64url').toString()) as { kid: string };
    expect(kid).toBe(listed[0]!.kid);
  });
});

describe('a database that is killed under load, and comes back', () => {
  /** The drill has the long version of this, which also looks at times. */
  interface Drill {
    restartUnderLoad: (instances: DemoInstance[], dataDir: string) => Promise<object>;
    brokenPromises: (rounds: object[]) => string[];
  }

  test('is met with 503 and Retry-After, and costs nothing that was answered', async () => {
    const path = '../../ops/drills/restart-under-load.mjs';
    const { restartUnderLoad, brokenPromises } = (await import(path)) as Drill;
    const rounds: object[] = [];
    for (let round = 0; round < 2; round++) {
      rounds.push(await restartUnderLoad([here, there], dataDir));
    }
    expect(brokenPromises(rounds)).toEqual([]);
  }, 180_000);
});
