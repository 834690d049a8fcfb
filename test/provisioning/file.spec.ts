import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AuditCheck } from '../../src/audit/audit-check.service.js';
import type { Actor } from '../../src/audit/audit.service.js';
import { Organisations } from '../../src/organisations/organisations.service.js';
import { exportFile } from '../../src/provisioning/export.js';
import { fileText, largestFile } from '../../src/provisioning/file-text.js';
import type { Counts, Plan } from '../../src/provisioning/plan.js';
import { entryText, problemText } from '../../src/provisioning/plan-text.js';
import { Provisioning } from '../../src/provisioning/provisioning.service.js';
import { countEvents, lastEvents } from '../admin/cast.js';
import { startTestApp, type TestApp } from '../support/app.js';

const actor: Actor = { id: null, name: 'Tester', address: null };
let service: TestApp;
let provisioning: Provisioning;
beforeAll(async () => {
  service = await startTestApp();
  provisioning = service.app.get(Provisioning, { strict: false });
});
afterAll(() => service.close());

const plan = (text: string, prune = false) => provisioning.plan(text, { prune });
const texts = ({ entries }: Plan) => entries.map(entryText);
const errors = ({ problems }: Plan) => problems.map(problemText);

async function apply(text: string, prune = false): Promise<Counts> {
  const { fingerprint, problems } = await plan(text, prune);
  expect(problems).toEqual([]);
  return provisioning.apply(actor, text, { prune, fingerprint });
}

async function exported(form: 'yaml' | 'csv'): Promise<string> {
  let text = '';
  for await (const piece of exportFile(service.dataSource, form, service.clock.now(), {
    domains: true,
  }))
    text += piece;
  return text;
}

async function count(table: string): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    `select count(*)::int as count from ${table}`,
  );
  return row!.count;
}

const fjord = `organisations:
  - country: "NO"
    slug: Fjordbank
    name: =Fjordbanken, "Bergen"
    ion: 0042
applications:
  - organisation: NO/Fjordbank
    api: SMC
    resources: [match-connect, match-connect.sandbox]
  - organisation: NO/Fjordbank
    api: SMC
    kind: partner_alternative
    resources: [match-connect.sandbox]
    state: disabled
users:
  - email: Kari@fjordbank.example
    name: Kari Nordmann
    organisation: NO/Fjordbank
roles:
  - user: kari@fjordbank.example
    role: credential_manager
    application: Partner-NO-Fjordbank-SMC
    confirmed_by: Head of the registry
    confirmed_on: 2026-11-20
    last_day: 2027-11-20
`;

describe('one file (P2)', () => {
  test('is planned row by row, and nothing is written', async () => {
    const events = await countEvents(service);
    const found = await plan(fjord);
    expect(texts(found)).toEqual([
      '+ organisation NO/Fjordbank (line 2): name "=Fjordbanken, "Bergen"", ion "0042"',
      '+ application Partner-NO-Fjordbank-SMC (line 7)',
      '+ grant Partner-NO-Fjordbank-SMC → match-connect (line 9)',
      '+ grant Partner-NO-Fjordbank-SMC → match-connect.sandbox (line 9)',
      '+ application PartnerAlternative-NO-Fjordbank-SMC (line 10): state "disabled"',
      '+ grant PartnerAlternative-NO-Fjordbank-SMC → match-connect.sandbox (line 13)',
      '+ user kari@fjordbank.example (line 16): name "Kari Nordmann", organisation "NO/Fjordbank"',
      '+ role kari@fjordbank.example: credential_manager of Partner-NO-Fjordbank-SMC (line 20): ' +
        'confirmed_by "Head of the registry", confirmed_on "2026-11-20", last_day "2027-11-20"',
    ]);
    expect(found.counts).toEqual({ create: 8, change: 0, same: 0, remove: 0 });
    expect(await countEvents(service)).toBe(events);
  });

  test('is applied with one audit event per change, an invitation, and a chain that holds', async () => {
    const [events, mails] = [await countEvents(service), await count('mails')];
    const steps: string[] = [];
    const { fingerprint } = await plan(fjord);
    await provisioning.apply(actor, fjord, { prune: false, fingerprint }, (done, total) =>
      steps.push(`${done}/${total}`),
    );
    expect(steps.at(-1)).toBe('8/8');
    expect(await countEvents(service)).toBe(events + 10);
    expect((await lastEvents(service, 10)).map(({ action }) => action).sort()).toEqual([
      'application.create',
      'application.create',
      'application.disable',
      'file.apply',
      'grant.give',
      'grant.give',
      'grant.give',
      'organisation.create',
      'role.give',
      'user.invite',
    ]);
    expect(await count('mails')).toBe(mails + 1);
    expect(await service.app.get(AuditCheck, { strict: false }).verify()).toMatchObject({
      intact: true,
    });
  });

  test('applied again it changes nothing', async () => {
    const again = await plan(fjord);
    expect(again.counts).toEqual({ create: 0, change: 0, same: 8, remove: 0 });
    const events = await countEvents(service);
    await apply(fjord);
    expect(await countEvents(service)).toBe(events);
  });

  test.each(['yaml', 'csv'] as const)('exported as %s it is the same, all of it', async (form) => {
    const text = await exported(form);
    expect(text).toContain('Fjordbank');
    const found = await plan(text, true);
    expect(errors(found)).toEqual([]);
    expect(found.counts).toMatchObject({ create: 0, change: 0, remove: 0 });
    expect(found.counts.same).toBeGreaterThan(40);
  });

  test('reads its own CSV with BOM, CRLF, semicolons and quoted line ends', async () => {
    const text =
      '\uFEFFrow;country;slug;name\r\norganisation;NO;Nordlys;"Nord;lys ""Tromsø"""\r\n\r\n';
    expect(texts(await plan(text))).toEqual([
      '+ organisation NO/Nordlys (line 2): name "Nord;lys "Tromsø""',
    ]);
    const broken =
      'row,country,slug,name\norganisation,NO,Two,"two\nlines"\norganisation,XX,Nordlys,N\n';
    expect(errors(await plan(broken))).toEqual([
      '2:4: A name is one line without control characters.',
      '4:2: Choose a country: two capitals of ISO 3166-1, such as NL or GB.',
    ]);
  });

  test('changes what differs: name, ION, state, name of a person, end of a role', async () => {
    const changed = fjord
      .replace('=Fjordbanken, "Bergen"', 'Fjordbanken')
      .replace('ion: 0042', 'ion:')
      .replace('    state: disabled\n', '')
      .replace('Kari Nordmann', 'Kari Solberg')
      .replace('    last_day: 2027-11-20\n', '');
    expect(texts(await plan(changed)).filter((line) => !line.startsWith('='))).toEqual([
      '~ organisation NO/Fjordbank (line 2): name "=Fjordbanken, "Bergen"" → "Fjordbanken", ion "0042" → none',
      '~ application PartnerAlternative-NO-Fjordbank-SMC (line 10): state "disabled" → "enabled"',
      '~ user kari@fjordbank.example (line 15): name "Kari Nordmann" → "Kari Solberg"',
      '~ role kari@fjordbank.example: credential_manager of Partner-NO-Fjordbank-SMC (line 19): last_day "2027-11-20" → none',
    ]);
    await apply(changed);
    expect((await plan(changed)).counts).toEqual({ create: 0, change: 0, same: 8, remove: 0 });
    await apply(fjord);
  });

  test('gives an ION away that an earlier row makes free, and says where none does', async () => {
    const taker = `{country: "NO", slug: Fjordbank, name: '=Fjordbanken, "Bergen"', ion: "0381"}`;
    const giver = `{country: NL, slug: Matchpunt, name: Stichting Matchpunt, ion: "0042"}`;
    const free = giver.replace('0042', '0999');
    for (const late of [giver, free]) {
      expect(errors(await plan(`organisations: [${taker}, ${late}]`))).toEqual([
        '1:17: NL/matchpunt has the ION 0381.',
      ]);
    }
    expect((await apply(`organisations: [${free}, ${taker}]`)).change).toBe(2);
    await apply(fjord);
    await apply(`organisations: [${giver.replace('0042', '0381')}]`);
  });

  test('leaves what it does not name, and removes it with prune: only there, and only those kinds', async () => {
    const fewer = `organisations: [{country: "NO", slug: Fjordbank, name: Fjordbanken}]
applications: [{organisation: NO/Fjordbank, api: SMC, resources: [match-connect]}]
`;
    expect((await plan(fewer)).counts.remove).toBe(0);
    expect(texts(await plan(fewer, true)).filter((line) => line.startsWith('-'))).toEqual([
      '- grant Partner-NO-Fjordbank-SMC → match-connect.sandbox',
      '- application PartnerAlternative-NO-Fjordbank-SMC',
    ]);
    const nobody = `${fewer}users: []\nroles: []\n`;
    const { counts, fingerprint } = await plan(nobody, true);
    expect(counts.remove).toBe(3);
    await expect(provisioning.apply(actor, nobody, { prune: false, fingerprint })).rejects.toThrow(
      'Make a new plan',
    );
    await apply(nobody, true);
    expect((await plan(nobody, true)).counts).toEqual({ create: 0, change: 0, same: 3, remove: 0 });
    expect(errors(await plan(fjord))).toEqual([
      '16:5: This account is closed. A closed account is not opened again.',
      expect.stringMatching(/^20:11: The account "kari@fjordbank.example" is neither/),
    ]);
  });
});

test('a row with a missing and an unknown field is judged in its other fields too', async () => {
  const bad = `organisations: [{country: XX, slug: a b, nam: x, ion: "12"}]
applications: [{kind: other, state: on}]
roles: [{role: Boss, last_day: soon}]
`;
  const found = errors(await plan(bad));
  for (const field of ['nam', 'name', 'country', 'slug', 'ION', 'organisation', 'api', 'kind']) {
    expect(found.join('\n')).toMatch(new RegExp(`"${field}"|${field}`, 'i'));
  }
  expect(found.length).toBeGreaterThanOrEqual(12);
});

test('several things of a kind are removed together, as planned', async () => {
  const organisation = `organisations: [{country: DK, slug: Many, name: Mange}]\n`;
  const people = Array.from(
    { length: 9 },
    (_, n) => `  - {email: p${n}@mange.example, name: Person ${n}, organisation: DK/Many}\n`,
  );
  await apply(`${organisation}users:\n${people.join('')}`);
  const counts = await apply(`${organisation}users: []\n`, true);
  expect(counts.remove).toBe(9);
});

describe('roles that IT makes, in a file', () => {
  const auditors = `custom_roles:
  - key: file_auditor
    name: File auditor
    level: organisation
    permissions: [audit.see]
    group: Outside
  - {key: file_desk, name: File desk, level: platform, permissions: [support.see], state: off}
`;
  const given = `roles:
  - {user: anna@matchpunt.example, role: file_auditor, confirmed_by: Board, confirmed_on: 2026-11-20}
`;

  test('are made, given, exported as the same, changed and switched off', async () => {
    expect(await apply(auditors + given)).toMatchObject({ create: 3 });
    expect(await apply(auditors + given)).toMatchObject({ create: 0, change: 0, same: 3 });
    const rows = await service.dataSource.query<unknown[]>(
      `select key, permissions, active from roles where key like 'file%' order by key`,
    );
    expect(rows).toEqual([
      { key: 'file_auditor', permissions: ['applications.see', 'audit.see'], active: true },
      { key: 'file_desk', permissions: ['support.see'], active: false },
    ]);
    const wider = auditors.replace('[audit.see]', '[audit.see, reminders.receive]\n    state: off');
    expect(await apply(wider)).toMatchObject({ change: 1, same: 1 });
    const late = given.replace('anna@', 'olga@');
    expect(errors(await plan(late))).toEqual([
      expect.stringMatching(/"file_auditor" is switched off or has ended/),
    ]);
    expect(await apply(`custom_roles: []\n`, true)).toMatchObject({ remove: 0 });
  });

  test.each([
    [auditors.replace('level: organisation', 'level: application'), 'A role keeps its level'],
    [auditors.replace('file_auditor', 'it'), 'This is the key of a built-in role.'],
    [auditors.replace('audit.see', 'platform.administer'), 'cannot open'],
    [given.replace('file_auditor', 'nobody'), 'There is no role "nobody"'],
    [given.replace('file_auditor', 'file_desk'), 'This role is for operator staff.'],
  ])('an error: %j', async (text, problem) => {
    expect(errors(await plan(text)).join()).toContain(problem);
  });
});

describe('APIs and resources in a file', () => {
  const lab = `apis:
  - {code: LAB, name: Laboratory}
resources:
  - scope: lab
    api: LAB
    name: Lab
    environment: production
    audience: https://lab.example.org
    token_minutes: 15
    token_format: opaque
  - {scope: lab.sandbox, api: LAB, name: Lab, environment: sandbox, audience: "urn:lab:sandbox"}
organisations:
  - {country: SE, slug: Lab, name: Labbet}
applications:
  - {organisation: SE/Lab, api: LAB, resources: [lab]}
`;
  const without = (text: string, part: RegExp) => text.replace(part, '');
  /** With all that others have, so that nothing but the parts of the test is taken away. */
  const whole = async () => exported('yaml');

  test('are made, granted, changed, and the same when exported', async () => {
    expect(texts(await plan(lab))).toEqual([
      '+ api LAB (line 2): name "Laboratory"',
      '+ resource lab (line 4): api "LAB", name "Lab", environment "production", ' +
        'audience "https://lab.example.org", token_minutes "15", token_format "opaque"',
      '+ resource lab.sandbox (line 11): api "LAB", name "Lab", environment "sandbox", ' +
        'audience "urn:lab:sandbox", token_minutes "60", token_format "jwt"',
      '+ organisation SE/Lab (line 13): name "Labbet"',
      '+ application Partner-SE-Lab-LAB (line 15)',
      '+ grant Partner-SE-Lab-LAB → lab (line 15)',
    ]);
    await apply(lab);
    expect((await plan(lab)).counts).toEqual({ create: 0, change: 0, same: 6, remove: 0 });
    const changed = lab
      .replace('Laboratory', 'Labs')
      .replace('name: Lab\n', 'name: Lab One\n')
      .replace(/ {4}token_.*\n/, '')
      .replace('opaque', 'jwt');
    expect(texts(await plan(changed)).filter((line) => line.startsWith('~'))).toEqual([
      '~ api LAB (line 2): name "Laboratory" → "Labs"',
      '~ resource lab (line 4): name "Lab" → "Lab One", token_format "opaque" → "jwt"',
    ]);
    await apply(changed);
    expect((await lastEvents(service, 4)).map(({ action }) => action).sort()).toEqual([
      'api.rename',
      'file.apply',
      'resource.rename',
      'resource.set_tokens',
    ]);
    for (const form of ['yaml', 'csv'] as const) {
      const { counts, problems } = await plan(await exported(form), true);
      expect([problems, counts.create + counts.change + counts.remove]).toEqual([[], 0]);
    }
  });

  test.each([
    [
      'another audience',
      lab.replace('https://lab.', 'https://labs.'),
      'The audience of a resource never changes. That of "lab" is https://lab.example.org.',
    ],
    ['another API', lab.replace('api: LAB\n', 'api: DM\n'), 'The API of a resource never changes.'],
    [
      'a taken audience',
      lab.replace('scope: lab.sandbox', 'scope: lab.two').replace('name: Lab,', 'name: Two,'),
      '"lab.sandbox" has this audience.',
    ],
    [
      'a taken name',
      lab.replace('scope: lab.sandbox', 'scope: lab.two').replace('urn:lab:sandbox', 'urn:two'),
      '"lab.sandbox" has this name in this environment.',
    ],
    [
      "one of Keyturn's addresses",
      'resources: [{scope: k, api: DM, name: K, environment: sandbox, audience: "http://localhost:3000/api/v2"}]',
      '1:74: This address is Keyturn’s own.',
    ],
    [
      "one of Keyturn's scopes",
      'resources: [{scope: audit.read, api: DM, name: K, environment: sandbox, audience: "urn:k"}]',
      'Another resource has the scope "audit.read".',
    ],
    [
      'Keyturn itself',
      'resources: [{scope: keyturn, api: KT, name: K, environment: sandbox, audience: "urn:k"}]',
      'This resource is Keyturn itself.',
    ],
    [
      'no such API',
      'resources: [{scope: k, api: NONE, name: K, environment: sandbox, audience: "urn:k"}]',
      '1:29: There is no API "NONE".',
    ],
    [
      'wrong values',
      'resources: [{scope: K, api: DM, name: X, environment: test, audience: x, token_minutes: 90, token_format: paper}]',
      '1:89: Type a whole number of minutes from 1 to 60.',
    ],
    [
      'a scope twice',
      `${lab.slice(0, lab.indexOf('organisations'))}  - {scope: lab, api: LAB, name: X, environment: sandbox, audience: "urn:x"}\n`,
      'This is there twice; the first time in line 4: resource lab.',
    ],
    ['a small code', 'apis: [{code: lab, name: x}]', '1:15: A code has 2 to 10 capitals'],
  ])('with %s: says so', async (_, text, sentence) => {
    expect(errors(await plan(text)).join('\n')).toContain(sentence);
  });

  test('are removed with prune alone, and only when nothing is granted', async () => {
    const fewer = without(await whole(), / {2}- scope: lab\.sandbox\n( {4}.*\n)+/);
    expect((await plan(fewer)).counts.remove).toBe(0);
    expect(texts(await plan(fewer, true)).filter((line) => line.startsWith('-'))).toEqual([
      '- resource lab.sandbox',
    ]);
    const none = without(fewer, / {2}- scope: lab\n( {4}.*\n)+/);
    expect(errors(await plan(none, true)).join('\n')).toContain('There is no resource "lab".');
    const hidden = without(none, / {2}- organisation: SE\/Lab\n( {4}.*\n)+/).replace(
      /(organisations:\n)((.*\n)*?) {2}- country: SE\n {4}slug: Lab\n {4}name: Labbet\n/,
      '$1$2',
    );
    expect(errors(await plan(hidden, true))).toEqual([
      '1:1: The resource "lab" would be removed, because the file does not name it, but cannot be: 1 application has it.',
    ]);
    const nothing = without(
      without(none, / {2}- code: LAB\n( {4}.*\n)+/),
      / {2}- organisation: SE\/Lab\n( {4}.*\n)+/,
    );
    expect(texts(await plan(nothing, true)).filter((line) => line.startsWith('-'))).toEqual([
      '- application Partner-SE-Lab-LAB',
      '- resource lab',
      '- resource lab.sandbox',
      '- api LAB',
    ]);
    await apply(nothing, true);
    const again = await plan(nothing, true);
    expect([errors(again), again.counts.remove]).toEqual([[], 0]);
  });
});

describe('grants with scopes, operators and new short names', () => {
  const keyturn = (scopes: string) => `organisations: [{country: ES, slug: RID, name: RID}]
applications: [{organisation: ES/RID, api: KT, resources: [${scopes}]}]
`;

  test('a grant of Keyturn itself names its scopes, and changes with them', async () => {
    await apply(keyturn('keyturn/secrets.read, keyturn/audit.read'));
    const changed = keyturn('keyturn/secrets.manage');
    expect(texts(await plan(changed)).at(-1)).toBe(
      '~ grant Partner-ES-RID-KT → keyturn (line 2): scopes "audit.read secrets.read" → "secrets.manage"',
    );
    await apply(changed);
    expect(await lastEvents(service, 2)).toMatchObject([
      { action: 'file.apply' },
      { action: 'grant.give', detail: { scopes: 'secrets.manage' } },
    ]);
    expect((await plan(changed, true)).counts.same).toBe(3);
    expect(texts(await plan(keyturn(''), true))).toContain('- grant Partner-ES-RID-KT → keyturn');
    expect(errors(await plan(keyturn('keyturn')))).toEqual([
      expect.stringContaining('"keyturn" is granted by its scopes: keyturn/secrets.read, '),
    ]);
    expect(errors(await plan(keyturn('keyturn/x')))).toEqual([
      expect.stringContaining('"keyturn" has no scope "x". There are '),
    ]);
    expect(errors(await plan(keyturn('keyturn/provisioning.read')))).toEqual([
      '2:60: Provisioning is for applications of an operator organisation.',
    ]);
    expect(errors(await plan(fjord.replace('[match-connect,', '[match-connect/x,')))).toContain(
      '9:17: "match-connect" has no scope "x".',
    );
  });

  test('an operator is one from its first day, and stays one', async () => {
    const made = (mark: string) =>
      `organisations: [{country: NL, slug: Runners, name: Runners${mark}}]\n`;
    expect(texts(await plan(made(', operator: yes')))).toEqual([
      '+ organisation NL/Runners (line 1): name "Runners", operator "yes"',
    ]);
    await apply(made(', operator: yes'));
    expect(await lastEvents(service, 2)).toMatchObject([
      { action: 'file.apply' },
      { action: 'organisation.create', detail: { operator: 'yes' } },
    ]);
    expect((await plan(made(''))).counts.same).toBe(1);
    expect(errors(await plan(made(', operator: no')))).toEqual([
      expect.stringContaining('never changes: this one is one.'),
    ]);
    expect(errors(await plan(made(', operator: maybe')))).toEqual([
      '1:71: "operator" is one of yes, no.',
    ]);
    const byProgram = (text: string) => provisioning.plan(text, { prune: false, forProgram: true });
    expect(errors(await byProgram(made(', operator: yes').replace('Runners', 'Others')))).toEqual([
      expect.stringContaining('Operator organisations are made by people'),
    ]);
    const power = `applications: [{organisation: NL/Runners, api: KT, resources: [keyturn/provisioning.write]}]`;
    expect(errors(await byProgram(power))).toEqual([
      expect.stringContaining('The scope "provisioning.write" is given by people'),
    ]);
    await apply(power);
    expect(errors(await byProgram(power))).toEqual([]);
  });

  test('an organisation gets another short name; its applications keep theirs', async () => {
    const renamed = `organisations: [{country: SE, slug: Runners, name: Runners, formerly: NL/Runners}]
applications: [{organisation: SE/Runners, api: KT, name: Partner-NL-Runners-KT, resources: [keyturn/provisioning.write]}]
`;
    expect(texts(await plan(renamed))[0]).toBe(
      '~ organisation SE/Runners (line 1): country "NL" → "SE"',
    );
    await apply(renamed);
    expect((await plan(renamed, true)).counts).toEqual({
      create: 0,
      change: 0,
      same: 3,
      remove: 0,
    });
    const back = renamed
      .replace('SE, slug: Runners', 'SE, slug: Walkers')
      .replaceAll('SE/Run', 'SE/Walk');
    expect(errors(await plan(back))).toContain('1:17: There is no organisation NL/runners.');
    const both = 'organisations: [{country: ES, slug: RID, name: RID, formerly: SE/Runners}]';
    expect(errors(await plan(both))).toEqual([
      '1:17: There is SE/runners and also ES/rid: neither can become the other.',
    ]);
    const twice = `organisations:
  - {country: SE, slug: Walkers, name: W, formerly: SE/Runners}
  - {country: SE, slug: Runners, name: R}
`;
    expect(errors(await plan(twice))).toEqual([
      '3:5: This is there twice; the first time in line 2: organisation SE/runners.',
    ]);
    await apply(`organisations: [{country: SE, slug: Walkers, name: W, formerly: SE/Runners}]
applications: [{organisation: SE/Walkers, api: DM}, {organisation: SE/Walkers, api: KT, name: Partner-NL-Runners-KT}]
`);
    for (const form of ['yaml', 'csv'] as const) {
      const text = await exported(form);
      expect(text).toContain('Partner-NL-Runners-KT');
      const { counts, problems } = await plan(text, true);
      expect([problems, counts.create + counts.change + counts.remove]).toEqual([[], 0]);
    }
  });
});

describe('domains in a file', () => {
  const head = `organisations:
  - {country: GB, slug: LaneTrust, name: The Lane Trust Registry, ion: "0254"}
domains:
`;
  const shop = `${head}  - application: Partner-GB-LaneTrust-DM
    host: WWW.Shop.example:443
    name: Shop
    sign_in: yes
    primary: yes
    servers: [192.0.2.77/24, "2001:DB8::1"]
    fallback: https://shop.example/failed
    callbacks: [https://shop.example/in, "https://shop.example/in?a=1,2"]
    callbacks_off: [https://shop.example/old]
`;
  const test1 = `  - application: partner-gb-lanetrust-dm
    host: test.shop.example
    name: Shop, test
    environment: test
    callbacks: ["http://localhost:3000/in"]
`;
  const label = 'shop.example of Partner-GB-LaneTrust-DM';
  const changes = (found: Plan) => texts(found).filter((line) => !line.startsWith('='));

  test('are made with their addresses, and are the same again and when exported', async () => {
    const text = shop + test1;
    expect(changes(await plan(text))[0]).toBe(
      `+ domain ${label} (line 4): name "Shop", environment "live", active "yes", sign_in "yes", ` +
        'calls "yes", primary "yes", servers "192.0.2.0/24 2001:db8::1", ' +
        'fallback "https://shop.example/failed", ' +
        'callbacks "https://shop.example/in https://shop.example/in?a=1,2", ' +
        'callbacks_off "https://shop.example/old"',
    );
    expect((await apply(text)).create).toBe(2);
    const events = await countEvents(service);
    expect((await apply(text, true)).same).toBe(3);
    for (const form of ['yaml', 'csv'] as const) {
      const all = await exported(form);
      expect(all).toContain('callbacks_off');
      expect(changes(await plan(all, true))).toEqual([]);
    }
    expect(await countEvents(service)).toBe(events);
  });

  test('change, lose what is not named with prune alone, and go where the file has none', async () => {
    const other = shop
      .replace('sign_in: yes', 'environment: test')
      .replace(
        '[https://shop.example/in, "https://shop.example/in?a=1,2"]',
        '["http://localhost/"]',
      )
      .replace('callbacks_off: [https://shop.example/old]', 'callbacks_off: []');
    expect(changes(await plan(other))).toEqual([
      `~ domain ${label} (line 4): environment "live" → "test", sign_in "yes" → "no", ` +
        'callbacks "https://shop.example/in https://shop.example/in?a=1,2" → ' +
        '"http://localhost/ https://shop.example/in https://shop.example/in?a=1,2"',
    ]);
    await apply(other, true);
    expect(changes(await plan(other, true))).toEqual([]);
    // Back: the address that only a test domain may have must go first.
    expect(errors(await plan(shop))).toEqual([
      '4:5: An address of this domain does not fit: http://localhost/',
    ]);
    await apply(shop, true);
    const one = shop.replace('callbacks: [https://shop.example/in, ', 'callbacks: [');
    const switched = one.replace('[https://shop.example/old]', '[https://shop.example/in]');
    expect((await apply(switched)).change).toBe(1);
    expect(changes(await plan(`${head.trim()} []\n`, true))).toEqual([`- domain ${label}`]);
    expect((await apply(`${head.trim()} []\n`, true)).remove).toBe(1);
    expect(await count("domains where deleted_at is null and host like '%shop.example'")).toBe(0);
  });

  test('are judged in their place', async () => {
    const bad = `domains:
  - {application: Nowhere, host: a.example, name: A}
  - {application: Partner-GB-LaneTrust-DM, host: 127.0.0.1, name: B, sign_in: perhaps, servers: [us]}
  - application: Partner-GB-LaneTrust-DM
    host: c.example
    name: C
    callbacks:
      - https://c.example/in
      - http://c.example/in
    callbacks_off: [https://c.example/in]
`;
    expect(errors(await plan(bad))).toEqual([
      '3:50: Type a host name, such as www.example.org.',
      '3:79: "sign_in" is one of yes, no.',
      expect.stringMatching(/^3:97: Not an address or network/),
      expect.stringMatching(/^9:9: The address must begin with https/),
      '10:21: "https://c.example/in" is named twice.',
    ]);
    const row = (host: string) =>
      `  - {application: Partner-GB-LaneTrust-DM, host: ${host}, name: C, primary: yes}\n`;
    expect(errors(await plan(`domains:\n${row('c.example')}${row('www.c.example')}`))).toEqual([
      '3:5: This is there twice; the first time in line 2: domain c.example of Partner-GB-LaneTrust-DM.',
    ]);
    expect(errors(await plan(`domains:\n${row('c.example')}${row('d.example')}`))).toEqual([
      '3:5: This is there twice; the first time in line 2: primary domain of Partner-GB-LaneTrust-DM.',
    ]);
  });
});

describe('a broken file', () => {
  const organisation = (more: string) =>
    `organisations:\n  - {country: NL, slug: New, name: New${more}}\n`;

  test.each([
    [
      'nothing',
      '',
      '1:1: The file is a map with the lists apis, resources, custom_roles, organisations, applications, domains, users, roles.',
    ],
    ['an unknown list', 'secrets: []\n', '1:1: There is no list "secrets".'],
    [
      'an unknown field',
      organisation(', client_id: x'),
      '2:52: There is no field "client_id" here. There are country, slug, name, ion, operator, formerly.',
    ],
    [
      'a prototype',
      organisation(', __proto__: x'),
      '2:52: There is no field "__proto__" here. There are country, slug, name, ion, operator, formerly.',
    ],
    ['a wrong type', organisation(', ion: [1]'), '2:46: "ion" is a text, not a list.'],
    ['a map for a text', organisation(', ion: {a: b}'), '2:46: "ion" is a text, not a map.'],
    ['a field twice', organisation(', slug: B'), '2:41: This field is written twice.'],
    ['a missing field', 'organisations: [{country: NL, slug: New}]', '1:17: "name" is missing.'],
    [
      'an anchor',
      'organisations: &a []\nusers: *a\n',
      '1:19: Anchors and aliases (& and *) are not taken. Write it out.',
    ],
    ['a tag', 'organisations: !!binary aGk=\n', '1:25: Tags (!) are not taken.'],
    [
      'a small country',
      'organisations: [{country: nl, slug: New, name: N}]',
      '1:27: Choose a country: two capitals of ISO 3166-1, such as NL or GB.',
    ],
    [
      'three digits',
      organisation(', ion: 042'),
      '2:46: An ION has four digits, such as 0042. Or leave it empty.',
    ],
    ["another's ION", organisation(', ion: 0381'), '2:5: NL/matchpunt has the ION 0381.'],
    [
      'no organisation',
      'applications: [{organisation: NL/Nobody, api: SMC}]',
      '1:31: There is no organisation NL/Nobody, neither in this file nor in Keyturn.',
    ],
    [
      'no API',
      'applications: [{organisation: NL/Matchpunt, api: XX}]',
      '1:50: There is no API "XX".',
    ],
    [
      'a typed name',
      'applications: [{organisation: NL/Matchpunt, api: DM, name: Mine}]',
      'A new one would be called Partner-NL-Matchpunt-DM',
    ],
    [
      'a resource of another API',
      'applications: [{organisation: NL/Matchpunt, api: SMC, resources: [data-manager]}]',
      '1:67: "data-manager" belongs to another API than the application.',
    ],
    [
      'production for an alternative',
      'applications: [{organisation: NL/Matchpunt, api: SMC, kind: partner_alternative, resources: [match-connect]}]',
      '1:94: A PartnerAlternative application can hold the Match-Connect sandbox only.',
    ],
    [
      'a person of elsewhere',
      'users: [{email: anna@matchpunt.example, name: Anna Visser}]',
      'This account belongs to another organisation. That never changes.',
    ],
    [
      'a role without confirmation',
      'roles: [{user: anna@matchpunt.example, role: org_admin}]',
      'Type who in the organisation confirmed it.',
    ],
    [
      'a role elsewhere',
      'roles: [{user: grace@lanetrust.example, role: credential_manager, application: Partner-NL-Matchpunt-SMC}]',
      'This person belongs to another organisation, so this role cannot be given.',
    ],
    [
      'IT for a member',
      'roles: [{user: anna@matchpunt.example, role: it}]',
      'IT is for operator staff.',
    ],
    [
      'no day',
      'roles: [{user: anna@matchpunt.example, role: org_admin, last_day: 2027-02-30}]',
      '1:67: A day is written like 2027-01-31.',
    ],
    [
      'no row',
      'row,country\nteam,NL\n',
      '2:1: The column "row" says what this line is: api, resource, custom_role, organisation, application, domain, user, role.',
    ],
    ['an unknown column', 'row,country,colour\n', '1:3: There is no column "colour".'],
    ['a column twice', 'row,name,name\n', '1:3: The column "name" is there twice.'],
    [
      'a quotation mark left open',
      'row,name\norganisation,"x\n',
      '2:1: A quotation mark is opened in this row and never closed.',
    ],
    [
      'a quotation mark inside',
      'row,name\norganisation,a"b\n',
      '2:1: A quotation mark stands in the middle of a cell.',
    ],
    ['too many cells', 'row,name\nuser,a,b\n', '2:3: This row has 3 cells, the first line 2.'],
  ])('with %s says so at its place', async (_, text, sentence) => {
    const found = errors(await plan(text));
    expect(found.join('\n')).toContain(sentence);
    expect(found.join('\n')).not.toMatch(/\n\s+at /);
  });

  test('names every broken row, in order, and applies nothing', async () => {
    const rows = Array.from(
      { length: 300 },
      (_, n) => `  - {country: NL, slug: S${n}, name: "", ion: x}`,
    );
    const text = `organisations:\n${rows.join('\n')}\n  - {country: NL, slug: Good, name: Good}\n`;
    const found = await plan(text);
    // Each row in both of its fields.
    expect(found.problems.map(({ line }) => line)).toEqual(rows.flatMap((_, n) => [n + 2, n + 2]));
    await expect(
      provisioning.apply(actor, text, { prune: false, fingerprint: found.fingerprint }),
    ).rejects.toThrow('Make a new plan');
    expect(await count(`organisations where slug = 'Good'`)).toBe(0);
  });

  test('names a thing that is there twice', async () => {
    const text = `organisations:
  - {country: NL, slug: Twice, name: One, ion: 1111}
  - {country: NL, slug: TWICE, name: Two}
  - {country: BE, slug: Other, name: Two, ion: 1111}
`;
    expect(errors(await plan(text))).toEqual([
      '3:5: This is there twice; the first time in line 2: organisation NL/twice.',
      '4:5: This is there twice; the first time in line 2: ION 1111.',
    ]);
  });

  test('is no bomb', async () => {
    const levels = Array.from(
      { length: 30 },
      (_, n) => `a${n}: &a${n} [${n ? `*a${n - 1}, *a${n - 1}` : 'x'}]`,
    );
    const started = performance.now();
    expect(
      (await plan(`${levels.join('\n')}\norganisations: *a29\n`)).problems.length,
    ).toBeGreaterThan(0);
    expect((await plan(`organisations: ${'['.repeat(5_000)}`)).problems.length).toBeGreaterThan(0);
    expect(
      (await plan(`organisations:\n  - ${'{a: '.repeat(3_000)}`)).problems.length,
    ).toBeGreaterThan(0);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test.each([
    [
      'Latin-1',
      Buffer.from('organisations:\n  - {name: Sociét\xe9}\n', 'latin1'),
      'is not UTF-8: line 2',
    ],
    ['UTF-16', Buffer.from('\uFEFForganisations: []', 'utf16le'), 'The file is UTF-16.'],
    [
      '50 MB',
      Buffer.alloc(50 * 1024 * 1024, 'x'),
      'The file has 50.0 MB. The largest that is taken has 16.0 MB',
    ],
    ['a null', Buffer.from('a\0b'), 'null character'],
  ])('of %s is refused in words', (_, bytes, sentence) => {
    expect(() => fileText(bytes)).toThrow(sentence);
    expect(largestFile).toBe(16 * 1024 * 1024);
  });
});

describe('between plan and apply', () => {
  const text = `organisations: [{country: ES, slug: RID, name: RID International, ion: "0077"}]
applications: [{organisation: ES/RID, kind: partner_alternative, api: SMC, resources: [match-connect.sandbox]}]
`;

  test('an organisation is renamed: the fingerprint no longer fits', async () => {
    const { fingerprint } = await plan(text.replace(/^organisations.*\n/, ''));
    const [row] = await service.dataSource.query<{ id: string }[]>(
      `select id from organisations where slug = 'RID'`,
    );
    const wish = { country: 'ES', slug: 'RID', name: 'RID International', ion: '0077' };
    await service.app.get(Organisations, { strict: false }).change(actor, row!.id, wish);
    await expect(
      provisioning.apply(actor, text.replace(/^organisations.*\n/, ''), {
        prune: false,
        fingerprint,
      }),
    ).rejects.toThrow('Something has changed since the plan was made');
    expect(await count(`applications where name = 'PartnerAlternative-ES-RID-SMC'`)).toBe(0);
  });

  test('somebody else applies a file: one does, the other is refused', async () => {
    const { fingerprint } = await plan(text);
    const turns = await Promise.allSettled(
      [1, 2, 3].map(() => provisioning.apply(actor, text, { prune: false, fingerprint })),
    );
    const refused = turns.filter(({ status }) => status === 'rejected');
    expect(refused).toHaveLength(2);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(String(reason)).toMatch(/applying a file right now|Make a new plan/);
    }
    expect(await count(`applications where name = 'PartnerAlternative-ES-RID-SMC'`)).toBe(1);
  });
});
