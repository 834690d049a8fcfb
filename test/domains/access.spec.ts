import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { signInResource } from '../../src/applications/sign-in-resource.js';
import { Resources } from '../../src/applications/resources.service.js';
import type { Actor } from '../../src/audit/audit.service.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../../src/platform/refusals.js';
import { AccessRequests, askedAtMost } from '../../src/sign-token/access-requests.service.js';
import { Verifications } from '../../src/sign-token/verifications.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { HeaderCast, type HeaderProgram } from './header-cast.js';

type Person = Actor & { id: string };

let service: TestApp;
let cast: HeaderCast;
let access: AccessRequests;
let verifications: Verifications;
let trial: HeaderProgram;
let [anna, bram, olga, grace, ines]: Person[] = [];

beforeAll(async () => {
  service = await startTestApp();
  cast = new HeaderCast(service);
  access = service.app.get(AccessRequests, { strict: false });
  verifications = service.app.get(Verifications, { strict: false });
  trial = await cast.program('Partner-NL-Matchpunt-SMC', 'trial.example', { environment: 'test' });
  [anna, bram, olga] = await Promise.all(
    ['anna', 'bram', 'olga'].map((name) => cast.person(`${name}@matchpunt.example`)),
  );
  grace = await cast.person('grace@lanetrust.example');
  ines = await cast.person('ines@keyturn.example');
});
afterAll(() => service.close());

async function mailsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = service.mailer.sent.length;
  await work();
  await delivered(service.app);
  return service.mailer.sent.slice(before).map(({ to, subject }) => `${to.address}: ${subject}`);
}

const mayGoOn = async (person: Person) =>
  (await cast.signIns.open(person, await cast.start(trial))).mayGoOn;

describe('access to test domains', () => {
  test('is asked for by whoever came to a sign-in, and given by the managers', async () => {
    const ask = () => access.ask(grace!, trial.applicationId, 'I test it.');
    await expect(ask()).rejects.toThrow(NotFound);
    expect(await mayGoOn(grace!)).toBe(false);
    let id = '';
    const mails = await mailsOf(async () => (id = await ask()));
    expect(mails).toContain(
      'anna@matchpunt.example: Grace Okafor asks for access to Partner-NL-Matchpunt-SMC',
    );
    await expect(ask()).rejects.toThrow(Conflict);
    await expect(access.decide(grace!, id, true)).rejects.toThrow(NotFound);
    await expect(access.decide(olga!, id, true)).rejects.toThrow(Forbidden);
    expect(await mailsOf(() => access.decide(anna!, id, true))).toEqual([
      'grace@lanetrust.example: Accepted: access to Partner-NL-Matchpunt-SMC',
    ]);
    await expect(access.decide(anna!, id, false)).rejects.toThrow(Conflict);
    expect(await mayGoOn(grace!)).toBe(true);
    await access.end(grace!, id);
    expect(await mayGoOn(grace!)).toBe(false);
    await expect(access.end(anna!, id)).rejects.toThrow(Conflict);
  });

  test('is offered by managers, and taken by the user', async () => {
    const invite = (by: Person, email: string, note = '') =>
      access.invite(by, trial.applicationId, email, note);
    await expect(invite(grace!, 'olga@matchpunt.example')).rejects.toThrow(NotFound);
    await expect(invite(olga!, 'olga@matchpunt.example')).rejects.toThrow(Forbidden);
    await expect(invite(anna!, 'nobody@matchpunt.example')).rejects.toThrow(Invalid);
    await expect(invite(anna!, 'olga@matchpunt.example', 'a\nb')).rejects.toThrow(Invalid);
    let id = '';
    const mails = await mailsOf(async () => (id = await invite(anna!, ' Olga@matchpunt.example')));
    expect(mails).toEqual(['olga@matchpunt.example: Try out Partner-NL-Matchpunt-SMC?']);
    await expect(access.decide(anna!, id, true)).rejects.toThrow(NotFound);
    await expect(access.withdraw(olga!, id)).rejects.toThrow(Forbidden);
    await access.withdraw(bram!, id);
    await expect(access.decide(olga!, id, true)).rejects.toThrow(Conflict);
    const again = await invite(bram!, 'olga@matchpunt.example');
    await access.decide(olga!, again, false);
    expect(await mayGoOn(olga!)).toBe(false);
    const third = await invite(ines!, 'olga@matchpunt.example');
    await access.decide(olga!, third, true);
    expect(await mayGoOn(olga!)).toBe(true);
    await access.end(anna!, third);
    const actions = await service.dataSource.query<{ action: string }[]>(
      `select action from audit_events where subject_id = $1 order by id`,
      [third],
    );
    expect(actions.map(({ action }) => action)).toEqual([
      ...['access_request.invite', 'access_request.accept', 'access_request.end'],
    ]);
  });

  test('is asked for so often a day', async () => {
    const invite = () => access.invite(anna!, trial.applicationId, 'grace@lanetrust.example', '');
    const [{ asked }] = await service.dataSource.query<[{ asked: number }]>(
      `select count(*)::int as asked from access_requests where kind = 'test_user'`,
    );
    for (let at = asked; at < askedAtMost; at++) await access.withdraw(anna!, await invite());
    await expect(invite()).rejects.toThrow(Conflict);
    service.clock.advance(86_400_001);
    await invite();
  });
});

describe('verification', () => {
  const wish = () => ({
    ...{ domainIds: [trial.domainId], resourceIds: [signInResource], note: 'Two\nlines.' },
  });

  test('is asked for by managers and decided by IT, with a word', async () => {
    const ask = (by: Person) => verifications.request(by, trial.applicationId, wish());
    await expect(ask(grace!)).rejects.toThrow(NotFound);
    await expect(ask(olga!)).rejects.toThrow(Forbidden);
    let id = '';
    expect(await mailsOf(async () => (id = await ask(anna!)))).toEqual([
      'support@keyturn.example: Verification is asked for: Partner-NL-Matchpunt-SMC',
    ]);
    await expect(ask(bram!)).rejects.toThrow(Conflict);
    await expect(verifications.decide(anna!, id, true, '')).rejects.toThrow(NotFound);
    await expect(verifications.decide(ines!, id, false, ' ')).rejects.toThrow(Invalid);
    expect(await mailsOf(() => verifications.decide(ines!, id, false, 'Why?'))).toEqual([
      'anna@matchpunt.example: Not verified: Partner-NL-Matchpunt-SMC',
    ]);
    await expect(verifications.decide(ines!, id, true, '')).rejects.toThrow(Conflict);
    const second = await ask(anna!);
    await verifications.withdraw(bram!, second);
    const third = await ask(anna!);
    await verifications.decide(ines!, third, true, '');
    await expect(verifications.withdraw(anna!, third)).rejects.toThrow(NotFound);
    await verifications.withdraw(ines!, third);
  });

  test('names domains of the application and resources that there are', async () => {
    const foreign = await cast.program('Partner-GB-LaneTrust-SMC', 'foreign.example');
    const bad = [
      { domainIds: [foreign.domainId] },
      { domainIds: [trial.domainId, foreign.domainId] },
      { domainIds: ['x'] },
      { resourceIds: [] },
      { resourceIds: [trial.domainId] },
      { note: ' ' },
      { note: 'a\u0000b' },
      { note: 'x'.repeat(2001) },
    ];
    for (const change of bad) {
      const asked = verifications.request(anna!, trial.applicationId, { ...wish(), ...change });
      await expect(asked).rejects.toMatchObject({
        fields: { [Object.keys(change)[0]!]: expect.any(String) },
      });
    }
  });

  test('is needed for what users let applications read alone', async () => {
    const resources = service.app.get(Resources, { strict: false });
    const [{ id }] = await service.dataSource.query<[{ id: string }]>(
      'select id from resources where not any_api limit 1',
    );
    await expect(resources.setVerification(ines!, id, true)).rejects.toThrow(Conflict);
    await resources.setVerification(ines!, signInResource, true);
    await resources.setVerification(ines!, signInResource, true);
    const [{ count }] = await service.dataSource.query<[{ count: number }]>(
      `select count(*)::int as count from audit_events where action = 'resource.set_verification'`,
    );
    expect(count).toBe(1);
  });
});
