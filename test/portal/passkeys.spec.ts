import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Asked, Authenticator, type Twist } from '../support/authenticator.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const bram = 'bram@matchpunt.example';
const minute = 60_000;

let service: TestApp;
let browser: Visitor;
/** The passkey of Anna's account. */
let laptop: Authenticator;

beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());
beforeEach(async () => {
  await query('delete from attempts');
  await query('delete from passkeys');
  await query('update totp_factors set failed_codes = 0');
  browser = await service.signedIn(anna);
  laptop = await added(browser, 'Laptop');
});

const query = <T>(sql: string, parameters: unknown[] = []): Promise<T[]> =>
  service.dataSource.query(sql, parameters);

/** Asked for as well, when the sign-in is not just now. */
const password = () => ({ stepUpPassword: service.account(anna).password });

/** Name and confirm: the form waits with what a passkey is made with. */
async function begin(visitor: Visitor, name: string): Promise<Creation> {
  await visitor.get('/profile/passkeys/new');
  await visitor.submit({ name });
  return optionsOn(visitor);
}

interface Creation extends Asked {
  rp: object;
  user: { id: string; name: string };
  authenticatorSelection: object;
  attestation: string;
  excludeCredentials: { id: string; transports: string[] }[];
}

function optionsOn(visitor: Visitor): Creation {
  const [, json] = /data-options="([^"]*)"/.exec(visitor.page.text) ?? [];
  return JSON.parse(json!.replaceAll('&quot;', '"')) as Creation;
}

async function added(visitor: Visitor, name: string): Promise<Authenticator> {
  const passkey = new Authenticator();
  const options = await begin(visitor, name);
  await visitor.submit({ newPasskey: passkey.make(options) });
  expect(visitor.words).toContain('The passkey is added');
  return passkey;
}

/** A browser that has given the password and waits for the second factor. */
async function atTheCode(email = anna): Promise<Visitor> {
  const visitor = service.visitor();
  const { password } = service.account(email);
  await visitor.get('/sign-in');
  await visitor.submit({ email, password });
  expect(visitor.page.path).toBe('/sign-in/code');
  return visitor;
}

/** What the script of the present page asks a passkey with. */
async function ask(visitor: Visitor): Promise<Asked & Record<string, unknown>> {
  const [, from] = /data-from="([^"]*)"/.exec(visitor.page.text)!;
  const { _csrf } = visitor.form().fields;
  const body = new URLSearchParams({ _csrf: _csrf! }).toString();
  const answer = await visitor.send('POST', from!, body);
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  return (await answer.json()) as Asked & Record<string, unknown>;
}

async function lastEvent(): Promise<{ action: string; outcome: string; detail: object }> {
  const [row] = await query<{ action: string; outcome: string; detail: object }>(
    'select action, outcome, detail from audit_events order by id desc limit 1',
  );
  return row!;
}

async function mailsTo(email: string, subject: string): Promise<number> {
  const rows = await query('select 1 from mails where to_address = $1 and subject = $2', [
    email,
    subject,
  ]);
  return rows.length;
}

async function namesOf(email: string): Promise<string[]> {
  const rows = await query<{ name: string }>(
    `select p.name from passkeys p join users u on u.id = p.user_id
     where u.email = $1 order by p.created_at, p.name`,
    [email],
  );
  return rows.map(({ name }) => name);
}

async function works(visitor: Visitor): Promise<boolean> {
  return (await visitor.get('/manage-api-credentials')).path === '/manage-api-credentials';
}

/** The answers of requests that were held until as many waited as the pool has connections for. */
async function together(lockSql: string, requests: (() => Promise<Response>)[]) {
  const lock = service.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query(lockSql);
  const answers = requests.map((send) => send());
  await waitingFor(lock, Math.min(requests.length, 3));
  await lock.commitTransaction();
  await lock.release();
  return Promise.all(answers);
}

describe('adding one', () => {
  test('it is named, listed, told by mail, and noted', async () => {
    const before = await mailsTo(anna, 'A passkey was added to your account');
    const first = await begin(browser, '  Key ring ');
    expect(first).toMatchObject({
      rp: { id: 'localhost', name: 'Keyturn' },
      attestation: 'none',
      authenticatorSelection: { userVerification: 'required' },
      excludeCredentials: [{ id: laptop.id.toString('base64url'), transports: ['internal'] }],
    });
    expect(Buffer.from(first.user.id, 'base64url')).toHaveLength(32);
    await browser.submit({ newPasskey: new Authenticator().make(first) });
    expect(browser.page.path).toBe('/profile?done=passkey-added');
    expect(browser.words).toMatch(/Key ring .* never Remove the passkey Key ring/);
    expect(await mailsTo(anna, 'A passkey was added to your account')).toBe(before + 1);
    expect(await lastEvent()).toMatchObject({
      action: 'passkey.add',
      detail: { passkey: 'Key ring' },
    });
    expect(await works(browser)).toBe(true);
  });

  test('needs password and second factor just now', async () => {
    service.clock.advance(16 * minute);
    await browser.get('/profile/passkeys/new');
    await browser.submit({ name: 'Kept' });
    expect(browser.page.status).toBe(403);
    expect(browser.words).toContain(
      'Your password, and a code from your app or a passkey, are needed',
    );
    await browser.submit({ ...password(), stepUpPasskey: laptop.prove(await ask(browser)) });
    await browser.submit({ newPasskey: new Authenticator().make(optionsOn(browser)) });
    expect(await namesOf(anna)).toEqual(['Laptop', 'Kept']);
  });

  test('a name is judged before the browser makes anything', async () => {
    const names = {
      ' ': 'Type a name',
      ['x'.repeat(61)]: '60 characters at most',
      'a\u202eb': 'change the direction',
      lapTOP: 'You have a passkey with this name already',
    };
    await browser.get('/profile/passkeys/new');
    for (const [name, sentence] of Object.entries(names)) {
      await browser.submit({ name });
      expect(browser.page.status).toBe(422);
      expect(browser.words).toContain(sentence);
    }
  });

  test('the form suggests a name that is free', async () => {
    const agent = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0' };
    await added(browser, 'Firefox on Linux');
    await browser.get('/profile/passkeys/new', agent);
    expect(browser.form().fields.name).toBe('Firefox on Linux 2');
  });

  const wrong: [string, (made: Authenticator, asked: Asked) => string][] = [
    ['another origin', (made, asked) => made.make(asked, { origin: 'https://evil.example' })],
    ['another address’s key', (made, asked) => made.make(asked, { rpId: 'evil.example' })],
    ['no PIN or fingerprint', (made, asked) => made.make(asked, { unverified: true })],
    ['another challenge', (made, asked) => made.make(asked, { challenge: 'AAAA' })],
    ['the answer of a sign-in', (made, asked) => made.make(asked, { type: 'webauthn.get' })],
    ['a statement with certificates', (made, asked) => made.make(asked, { format: 'packed' })],
    ['nothing', () => ''],
    ['garbage', () => '{"id":'],
    ['another kind of JSON', () => 'null'],
    ['nonsense within', () => '{"id":7,"response":[]}'],
    ['an object of nonsense', () => '{"id":"AA","rawId":"AA","type":"public-key","response":{}}'],
    [
      'deep nonsense',
      () => {
        const attestationObject = Buffer.alloc(20_000, 0x81).toString('base64url');
        return JSON.stringify({ id: 'AA', response: { attestationObject } });
      },
    ],
  ];
  test('what does not hold is refused, and a later try works', async () => {
    await begin(browser, 'Phone');
    for (const [name, answer] of wrong) {
      await browser.submit({ newPasskey: answer(new Authenticator(), optionsOn(browser)) });
      expect({ name, status: browser.page.status }).toEqual({ name, status: 422 });
      expect(browser.words).toMatch(/not accepted|nothing that can be read/);
      expect(await namesOf(anna)).toEqual(['Laptop']);
    }
    await browser.submit({ newPasskey: new Authenticator().make(optionsOn(browser)) });
    expect(await namesOf(anna)).toEqual(['Laptop', 'Phone']);
  });

  test('an answer counts once, within five minutes, and for this session alone', async () => {
    const old = await begin(browser, 'Phone');
    service.clock.advance(5 * minute);
    await browser.submit({ newPasskey: new Authenticator().make(old) });
    expect(browser.words).toContain('longer than five minutes');

    const other = await service.signedIn(anna);
    const foreign = await begin(other, 'Phone');
    await begin(browser, 'Phone');
    await browser.submit({ newPasskey: new Authenticator().make(foreign) });
    expect(browser.words).toContain('was not accepted');

    const asked = await begin(browser, 'Phone');
    const { action, fields } = browser.form();
    const answer = new Authenticator().make(asked);
    await browser.post(action, { ...fields, newPasskey: answer });
    await browser.post(action, { ...fields, name: 'Twin', newPasskey: answer });
    expect(browser.words).toContain('or was sent twice');
    expect(await namesOf(anna)).toEqual(['Laptop', 'Phone']);
  });

  test('one that is registered is refused, also for another account', async () => {
    const other = await service.signedIn(bram);
    for (const visitor of [browser, other]) {
      const asked = await begin(visitor, 'Twin');
      await visitor.submit({ newPasskey: laptop.make(asked) });
      expect(visitor.words).toContain('This passkey is registered already');
    }
    expect([await namesOf(anna), await namesOf(bram)]).toEqual([['Laptop'], []]);
  });

  test('ten are the most, also when two come at once', async () => {
    await query(
      `insert into passkeys select gen_random_uuid(), user_id, n::text::bytea, public_key, 0,
         transports, user_handle, 'No. ' || n, created_at, null
       from passkeys, generate_series(2, 9) n`,
    );
    const other = await service.signedIn(anna);
    const bodies = [];
    for (const [name, visitor] of Object.entries({ Ten: browser, Eleven: other })) {
      const newPasskey = new Authenticator().make(await begin(visitor, name));
      bodies.push({ visitor, form: visitor.form(), newPasskey });
    }
    const answers = await together(
      `select 1 from users where email = '${anna}' for update`,
      bodies.map(({ visitor, form: { action, fields }, newPasskey }) => () => {
        const body = new URLSearchParams({ ...fields, newPasskey }).toString();
        return visitor.send('POST', action, body);
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
    expect(await namesOf(anna)).toHaveLength(10);
    await browser.get('/profile');
    expect(browser.words).toContain('Ten are the most');
    await browser.get('/profile/passkeys/new');
    await browser.submit({ name: 'One more' });
    expect(browser.page.status).toBe(409);
  });
});

describe('signing in', () => {
  test('a passkey takes the place of the code', async () => {
    const visitor = await atTheCode();
    const asked = await ask(visitor);
    expect(asked).toMatchObject({
      rpId: 'localhost',
      userVerification: 'required',
      allowCredentials: [{ id: laptop.id.toString('base64url'), transports: ['internal'] }],
    });
    const cookie = [...visitor.cookies.values()].join();
    await visitor.submit({ passkey: laptop.prove(asked) });
    expect(visitor.page.path).toBe('/manage-api-credentials');
    expect([...visitor.cookies.values()].join()).not.toBe(cookie);
    expect(await lastEvent()).toMatchObject({
      action: 'session.sign_in',
      detail: { factor: 'passkey' },
    });
    await visitor.get('/profile');
    expect(visitor.words).not.toContain('never Remove the passkey');
  });

  test('the code still works, and an account without a passkey is not offered one', async () => {
    expect(await works(await service.signedIn(anna))).toBe(true);
    const visitor = await atTheCode(bram);
    expect(visitor.page.text).not.toContain('data-passkey');
    const { fields } = visitor.form();
    const body = new URLSearchParams({ _csrf: fields._csrf! }).toString();
    expect((await visitor.send('POST', '/sign-in/passkey', body)).status).toBe(404);
  });

  const twists: [string, Twist, string][] = [
    ['another origin', { origin: 'https://evil.example' }, 'its answer does not hold'],
    ['another address’s key', { rpId: 'evil.example' }, 'its answer does not hold'],
    ['no PIN or fingerprint', { unverified: true }, 'its answer does not hold'],
    ['another challenge', { challenge: 'AAAA' }, 'its answer does not hold'],
    ['the answer of a creation', { type: 'webauthn.create' }, 'its answer does not hold'],
    ['another key', { signedBy: new Authenticator() }, 'its answer does not hold'],
    ['another owner', { userHandle: 'AAAA' }, 'its answer does not hold'],
    ['a counter that went back', { counter: 4 }, 'its counter went back'],
    ['a counter that stays', { counter: 5 }, 'its counter went back'],
    ['a counter of zero', { counter: 0 }, 'its counter went back'],
  ];
  test('what does not hold is refused and noted, and a later try works', async () => {
    await query('update passkeys set counter = 5');
    const visitor = await atTheCode();
    for (const [name, twist, reason] of twists) {
      await query('delete from attempts');
      laptop.counter = 5;
      await visitor.submit({ passkey: laptop.prove(await ask(visitor), twist) });
      expect({ name, status: visitor.page.status }).toEqual({ name, status: 422 });
      expect(visitor.words).toMatch(/This passkey was (not accepted|refused)/);
      expect(await lastEvent()).toMatchObject({
        action: 'session.sign_in',
        outcome: 'refused',
        detail: { factor: 'passkey', reason },
      });
      expect(await works(visitor)).toBe(false);
      await visitor.get('/sign-in/code');
    }
    await query('delete from attempts');
    await visitor.submit({ passkey: laptop.prove(await ask(visitor)) });
    expect(visitor.page.path).toBe('/manage-api-credentials');
  });

  test('an authenticator that does not count stays at zero', async () => {
    for (let n = 0; n < 2; n++) {
      const visitor = await atTheCode();
      await visitor.submit({ passkey: laptop.prove(await ask(visitor), { counter: 0 }) });
      expect(visitor.page.path).toBe('/manage-api-credentials');
    }
  });

  test('what cannot be read is refused', async () => {
    const visitor = await atTheCode();
    const broken = (part: object) => {
      const good = JSON.parse(laptop.prove({ challenge: 'AAAA' })) as { response: object };
      return JSON.stringify({ ...good, response: { ...good.response, ...part } });
    };
    const sent: [string, number][] = [
      ['{{{', 422],
      ['"x"', 422],
      ['{"id":"AAAA","response":{}}', 422],
      ['{"id":"__proto__","response":{"__proto__":{}}}', 422],
      [broken({ clientDataJSON: 7 }), 422],
      [broken({ clientDataJSON: 'AA' }), 422],
      [broken({ authenticatorData: 'AA', signature: [] }), 422],
      [`{"id":"${'A'.repeat(70_000)}"}`, 413],
    ];
    for (const [passkey, status] of sent) {
      await query('delete from attempts');
      await visitor.get('/sign-in/code');
      await ask(visitor);
      await visitor.submit({ passkey });
      expect([passkey.slice(0, 40), visitor.page.status]).toEqual([passkey.slice(0, 40), status]);
      expect(await works(visitor)).toBe(false);
    }
  });

  test('the passkey of another account is refused, and so is a removed one', async () => {
    const theirs = await added(await service.signedIn(bram), 'Theirs');
    const visitor = await atTheCode();
    await visitor.submit({ passkey: theirs.prove(await ask(visitor)) });
    expect(visitor.words).toContain('not one of your account');
    await visitor.get('/sign-in/code');
    const asked = await ask(visitor);
    await query(`delete from passkeys where name = 'Laptop'`);
    await visitor.submit({ passkey: laptop.prove(asked) });
    expect(visitor.words).toContain('not one of your account');
  });

  test('a challenge counts for five minutes and for its own session', async () => {
    const visitor = await atTheCode();
    const asked = await ask(visitor);
    const other = await atTheCode();
    await ask(other);
    await other.submit({ passkey: laptop.prove(asked) });
    expect(other.words).toContain('This passkey was not accepted');
    service.clock.advance(5 * minute);
    await visitor.submit({ passkey: laptop.prove(asked) });
    expect(visitor.words).toContain('longer than five minutes');
    // A wrong answer uses the challenge up for a right one.
    const once = await ask(visitor);
    await visitor.submit({ passkey: laptop.prove(once, { unverified: true }) });
    await visitor.submit({ passkey: laptop.prove(once) });
    expect(visitor.words).toContain('or was sent twice');
  });

  test('one answer makes exactly one session, also when it is sent five times at once', async () => {
    const visitor = await atTheCode();
    const { action, fields } = visitor.form();
    const passkey = laptop.prove(await ask(visitor));
    const body = new URLSearchParams({ ...fields, passkey }).toString();
    const cookie = [...visitor.cookies].map((each) => each.join('=')).join('; ');
    const [{ before }] = (await query<{ before: number }>(
      `select count(*)::int as before from audit_events where action = 'session.sign_in'`,
    )) as [{ before: number }];
    const answers = await together(
      `select 1 from users where email = '${anna}' for update`,
      Array.from({ length: 5 }, () => () => visitor.send('POST', action, body, { cookie })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(303));
    const opened = answers.filter((each) =>
      each.headers.getSetCookie().some((line) => line.includes('session=')),
    );
    expect(opened).toHaveLength(1);
    const [{ after }] = (await query<{ after: number }>(
      `select count(*)::int as after from audit_events where action = 'session.sign_in'`,
    )) as [{ after: number }];
    expect(after).toBe(before + 1);
  });

  test('tries are counted before they are judged, together with codes', async () => {
    const visitor = await atTheCode();
    for (let tries = 0; tries < 3; tries++) await visitor.submit({ code: '000000' });
    for (let tries = 0; tries < 2; tries++) await visitor.submit({ passkey: '{}' });
    await visitor.submit({ passkey: laptop.prove(await ask(visitor)) });
    expect(visitor.page.status).toBe(429);
    expect(await works(visitor)).toBe(false);
  });

  test('a right one ends the count of wrong codes', async () => {
    await query('update totp_factors set failed_codes = 98');
    for (let tries = 0; tries < 3; tries++) {
      const visitor = await atTheCode();
      await visitor.submit({ passkey: laptop.prove(await ask(visitor)) });
      expect(visitor.page.path).toBe('/manage-api-credentials');
    }
  });
});

describe('within a session', () => {
  test('a passkey confirms a change, and its form is kept', async () => {
    const [row] = await query<{ id: string }>(
      `select id from applications where name = 'Partner-NL-Matchpunt-DM'`,
    );
    await browser.get(`/manage-api-credentials/${row!.id}/secrets/new`);
    service.clock.advance(16 * minute);
    await browser.submit({ name: 'By passkey', lastDay: '2027-02-01' });
    expect(browser.words).toContain('A code from your app, or a passkey, is needed to');
    const asked = await ask(browser);
    await browser.submit({ stepUpPasskey: laptop.prove(asked, { unverified: true }) });
    expect([browser.page.status, browser.form().fields.name]).toEqual([403, 'By passkey']);
    expect(browser.words).toContain('This passkey was not accepted');
    const right = laptop.prove(await ask(browser));
    await browser.submit({ stepUpPasskey: right });
    expect(browser.page.status).toBe(201);
    expect(browser.page.text).not.toContain('clientDataJSON');

    // The same answer serves for nothing else.
    service.clock.advance(16 * minute);
    await browser.get('/profile');
    await browser.submit({ ...password(), stepUpPasskey: right }, '/profile/recovery-codes');
    expect(browser.page.status).toBe(403);
    expect(browser.words).toContain('or was sent twice');
  });

  test('a challenge for one purpose is none for another', async () => {
    const asked = await begin(browser, 'Phone');
    service.clock.advance(4 * minute);
    await query(`update sessions set factor_at = null`);
    await browser.get('/profile');
    await browser.submit({ stepUpPasskey: laptop.prove(asked) }, '/profile/recovery-codes');
    expect(browser.page.status).toBe(403);
    expect(browser.words).toContain('or was sent twice');
  });

  test('a passkey unlocks, on the page and in a form that was sent', async () => {
    await browser.get('/profile/passkeys/new');
    const { action, fields } = browser.form();
    service.clock.advance(60 * minute);
    await browser.post(action, { ...fields, name: 'Phone' });
    expect(browser.words).toContain('Locked while you were away');
    expect(browser.words).toContain(
      'Your password, and a code from your app or a passkey, are needed',
    );
    await browser.submit({ ...password(), stepUpPasskey: laptop.prove(await ask(browser)) });
    expect(optionsOn(browser).challenge).toBeDefined();

    service.clock.advance(60 * minute);
    await browser.get('/profile');
    expect(browser.page.path).toBe('/unlock?next=%2Fprofile');
    await browser.submit({ passkey: laptop.prove(await ask(browser), { unverified: true }) });
    expect(browser.page.status).toBe(422);
    await browser.submit({ passkey: laptop.prove(await ask(browser)) });
    expect(browser.page.path).toBe('/profile');
  });

  test('a form sent twice with one answer is done once', async () => {
    service.clock.advance(16 * minute);
    await browser.get('/profile');
    await browser.submit({}, '/profile/recovery-codes');
    const { action, fields } = browser.form();
    const stepUpPasskey = laptop.prove(await ask(browser));
    const body = new URLSearchParams({ ...fields, ...password(), stepUpPasskey }).toString();
    const answers = await together(
      'select 1 from sessions for update',
      [1, 2].map(() => () => browser.send('POST', action, body)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  test('it stands in a form with a password, where a code would', async () => {
    service.clock.advance(16 * minute);
    await browser.get('/profile/authenticator');
    const stepUpPasskey = laptop.prove(await ask(browser));
    await browser.submit({ password: service.account(anna).password, stepUpPasskey });
    expect(browser.words).toContain('Scan this picture with the new app');
  });
});

describe('removing one', () => {
  test('is asked for first, ends the other sessions, is told by mail, and the passkey is no use', async () => {
    const other = await service.signedIn(anna);
    const before = await mailsTo(anna, 'A passkey was removed from your account');
    await browser.get('/profile');
    const [, path] = /href="(\/profile\/passkeys\/[0-9a-f-]{36}\/remove)"/.exec(browser.page.text)!;
    await browser.get(path!);
    expect(browser.words).toContain('Remove the passkey “Laptop”?');
    await browser.submit({});
    expect(browser.words).toContain('The passkey is removed');
    expect(await lastEvent()).toMatchObject({
      action: 'passkey.remove',
      detail: { passkey: 'Laptop' },
    });
    expect(await mailsTo(anna, 'A passkey was removed from your account')).toBe(before + 1);
    expect([await works(browser), await works(other)]).toEqual([true, false]);
    expect((await atTheCode()).page.text).not.toContain('data-passkey');
  });

  test('somebody else’s is not there', async () => {
    const other = await service.signedIn(bram);
    const [row] = await query<{ id: string }>('select id from passkeys');
    const path = `/profile/passkeys/${row!.id}/remove`;
    expect((await other.get(path)).status).toBe(404);
    await other.get('/profile');
    const { fields } = other.form('/profile/recovery-codes');
    expect((await other.post(path, fields)).status).toBe(404);
    expect(await namesOf(anna)).toEqual(['Laptop']);
  });

  test('IT’s reset of the second factor removes them, and so does closing the account', async () => {
    const it = await service.signedIn('ines@keyturn.example');
    const [row] = await query<{ id: string }>('select id from users where email = $1', [anna]);
    await it.get(`/admin/users/${row!.id}`);
    await it.submit({ identityCheck: 'Called back' }, `/admin/users/${row!.id}/factor-reset`);
    expect(await namesOf(anna)).toEqual([]);

    const theirs = await service.signedIn(bram);
    await added(theirs, 'Phone');
    const [them] = await query<{ id: string }>('select id from users where email = $1', [bram]);
    await it.get(`/admin/users/${them!.id}/close`);
    await it.submit({});
    expect(await namesOf(bram)).toEqual([]);
  });
});
