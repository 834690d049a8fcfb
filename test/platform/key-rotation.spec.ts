import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { words } from '../../src/admin/keyrings.page.js';
import { rotated } from '../../src/platform/config/key-rotation.js';
import { keysOf } from '../../src/platform/config/load.js';
import { checkNothingIsLost } from '../../src/platform/keys/key-checks.js';
import { countKeyNeeds, sealedNumber, sealedPlaces } from '../../src/platform/keys/kept.js';
import { Rewrapping } from '../../src/platform/keys/rewrap.service.js';
import { type Instance, startTestApp, testConfig, type TestApp } from '../support/app.js';
import { askToken } from '../support/machine.js';
import { waitingFor } from '../support/race.js';
import { type Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const resource = 'https://data-manager.api.example.org';
const first = () => `1:${randomBytes(32).toString('base64')}`;
/** The three lists of keys on their way through a rotation, oldest first. */
const before = { HASH_KEYS: first(), SESSION_KEYS: first(), ENCRYPTION_KEYS: first() };
const announced = eachList(before, (list) => rotated(list).list);
const changed = eachList(announced, (list) => rotated(list).list);
const alone = { ...changed, ENCRYPTION_KEYS: changed.ENCRYPTION_KEYS.split(',')[0]! };

/** A whole rotation later. */
const again = eachList(changed, (list) => rotated(rotated(list).list).list);

type Lists = typeof before;
function eachList(lists: Lists, change: (list: string) => string): Lists {
  return {
    HASH_KEYS: change(lists.HASH_KEYS),
    SESSION_KEYS: change(lists.SESSION_KEYS),
    ENCRYPTION_KEYS: change(lists.ENCRYPTION_KEYS),
  };
}
const keys = (lists: Lists) => keysOf(testConfig(lists));

let service: TestApp;
let home: string;
let clientId: string;
let instances: [Instance, Instance, Instance];
beforeAll(async () => {
  service = await startTestApp(before);
  const [row] = await service.dataSource.query<[{ id: string; clientId: string }]>(
    `select id, client_id as "clientId" from applications where name = 'Partner-NL-Matchpunt-DM'`,
  );
  home = `/manage-api-credentials/${row.id}`;
  clientId = row.clientId;
  const [second, third] = [announced, changed].map((lists) => service.secondInstance(keys(lists)));
  instances = [
    {
      app: service.app,
      url: service.url,
      close: () => Promise.resolve(),
    },
    await second!,
    await third!,
  ];
});
afterAll(async () => {
  for (const each of instances) await each.close();
  await service.close();
});

/** The same browser, whose next request goes to another instance. */
function moved(browser: Visitor, { url }: Instance): Visitor {
  const there = service.visitor(url);
  browser.cookies.forEach((value, name) => there.cookies.set(name, value));
  there.page = browser.page;
  return there;
}

async function signedInAt(instance: Instance): Promise<Visitor> {
  service.clock.advance(30_000);
  const browser = service.visitor(instance.url);
  await browser.signIn(service.account(anna));
  expect(browser.page.path).toBe('/manage-api-credentials');
  return browser;
}

// While one step of a rotation goes from instance to instance, both lists are in use.
test.each([
  ['announced', 0, 1],
  ['announced, the other way', 1, 0],
  ['current', 1, 2],
  ['current, the other way', 2, 1],
])('a key that is %s: what one instance makes, the other knows', async (_, from, to) => {
  const [here, there] = [instances[from]!, instances[to]!];
  const browser = await signedInAt(here);
  await browser.get(`${home}/secrets/new`);
  // The form was made here and is sent there.
  const elsewhere = moved(browser, there);
  await elsewhere.submit({ name: `From ${from} to ${to}` });
  expect(elsewhere.page.status).toBe(201);
  const [value] = /[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}/.exec(elsewhere.page.text)!;
  for (const { url } of [here, there]) {
    const answer = await askToken(url, { clientId, value }, { resource });
    expect(answer.status).toBe(200);
  }
  const back = moved(elsewhere, here);
  await back.get(home);
  expect(back.words).toContain(`From ${from} to ${to}`);
});

test('what older encryption keys have sealed is sealed anew, and the rest goes on', async () => {
  const rewrapping = instances[2].app.get(Rewrapping);
  // One row that nobody can open: cut behind its number.
  await service.dataSource.query(
    `update totp_factors set sealed_key = substr(sealed_key, 1, 20)
     where user_id = (select id from users where email = 'grace@lanetrust.example')`,
  );
  const due = await rewrapping.left();
  expect(due).toBeGreaterThan(5);
  const progress: number[] = [];
  expect(await rewrapping.run((done) => progress.push(done))).toBe(due - 1);
  expect(progress.at(-1)).toBe(due - 1);
  expect(await rewrapping.left()).toBe(1);
  const withoutOld = await service.secondInstance(keys(alone));
  await signedInAt(withoutOld);
  await withoutOld.close();
});

test('two that seal anew at once share the work', async () => {
  const all = `select count(*)::int as n from totp_factors where length(sealed_key) > 20`;
  const [{ n }] = await service.dataSource.query<[{ n: number }]>(all);
  await service.dataSource.query(`update mails set sealed_body = null`);
  const third = await Promise.all([1, 2].map(() => service.secondInstance(keys(again))));
  const holder = service.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('lock table signing_keys, totp_factors in access exclusive mode');
  const runs = third.map((each) => each.app.get(Rewrapping).run());
  await waitingFor(holder, 2);
  await holder.commitTransaction();
  await holder.release();
  const [one, two] = await Promise.all(runs);
  const [keysLeft] = await service.dataSource.query<[{ n: number }]>(
    `select count(*)::int as n from signing_keys`,
  );
  expect(one! + two!).toBe(n + keysLeft.n);
  for (const each of third) await each.close();
});

test('a start without a key that something needs is refused, with what needs it', async () => {
  const now = service.clock.now();
  const lacking = keys({ ...again, HASH_KEYS: again.HASH_KEYS.replace(/,1:[^,]+/, '') });
  const check = () => checkNothingIsLost(service.dataSource, lacking, now);
  await expect(check()).rejects.toThrow(
    /^HASH_KEYS lacks key number 1: \d+ recovery_codes; HASH_KEYS lacks key number 1: \d+ secrets need it/,
  );
  await service.dataSource.query(`delete from recovery_codes`);
  await expect(check()).rejects.toThrow(/^HASH_KEYS lacks key number 1: \d+ secrets need it/);
  // Given up by the operator, in so many words.
  const lost = { ...again, HASH_KEYS: again.HASH_KEYS.replace(/,1:[^,]+/, ',1:lost') };
  await checkNothingIsLost(service.dataSource, keys(lost), now);
  // A year later none of them can be asked for any more.
  const later = new Date(now.getTime() + 366 * 86_400_000);
  await checkNothingIsLost(service.dataSource, lacking, later);
});

test('an app whose key is given up says what to do, and is no fault of the service', async () => {
  const newest = again.ENCRYPTION_KEYS.split(',')[0]!.replace(/^\d+/, '9');
  const instance = await service.secondInstance(
    keys({ ...again, ENCRYPTION_KEYS: `${newest},3:lost` }),
  );
  service.clock.advance(30_000);
  const browser = service.visitor(instance.url);
  await browser.signIn(service.account(anna));
  expect(browser.page.status).toBe(409);
  expect(browser.words).toContain('Your authenticator app cannot be checked any more.');
  // What signs is made anew.
  const [last] = await service.dataSource.query<[{ number: number }]>(
    `select ${sealedNumber('sealed_key')} as number from signing_keys order by signs_from desc limit 1`,
  );
  expect(last.number).toBe(9);
  await instance.close();
});

test('every table that needs keys has words for it', async () => {
  const tables = sealedPlaces(service.dataSource).map(({ table }) => table);
  const needs = await countKeyNeeds(service.dataSource, service.clock.now());
  const unknown = [...tables, ...needs.map(({ table }) => table)].filter((table) => !words[table]);
  expect(unknown).toEqual([]);
});
