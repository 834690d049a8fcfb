import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

let service: TestApp;
let anna: Visitor;
let olga: Visitor;
let grace: Visitor;
let application: string;
let foreign: string;

beforeAll(async () => {
  service = await startTestApp();
  [application, foreign] = [
    await idOf('applications', 'Partner-NL-Matchpunt-SMC'),
    await idOf('applications', 'Partner-GB-LaneTrust-SMC'),
  ];
  olga = await service.signedIn('olga@matchpunt.example');
  grace = await service.signedIn('grace@lanetrust.example');
  anna = await service.signedIn('anna@matchpunt.example');
});
afterAll(() => service.close());

async function idOf(table: string, name: string): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from ${table} where name = $1`,
    [name],
  );
  return row!.id;
}

const home = (id = application) => `/manage-api-credentials/${id}`;
const good = { host: 'WWW.Shop.example:443', name: 'Web shop', environment: 'live', active: 'yes' };

/** Adds a domain, and @returns the address of its page. */
async function added(fields: Record<string, string> = {}): Promise<string> {
  await anna.get(`${home()}/domains/new`);
  await anna.submit({ ...good, ...fields });
  return anna.page.path.replace(/\?.*/, '');
}

async function events(subject: string): Promise<string[]> {
  const rows = await service.dataSource.query<{ action: string; by: string }[]>(
    'select action, actor_name as by from audit_events where subject_id = $1 order by id',
    [subject.split('/').at(-1)],
  );
  return rows.map(({ action, by }) => `${action} ${by}`);
}

describe('the domains of an application', () => {
  test('are empty at first, and the page says what one is for', async () => {
    await anna.get(home());
    expect(anna.words).toContain('No domain yet. A domain says where a program calls from');
    expect(anna.words).not.toContain('X-Client-Domain');
  });

  test('are added by a credential manager, with all that is wrong told at its field', async () => {
    await anna.get(`${home()}/domains/new`);
    const wrong = { ...good, host: '127.0.0.1', name: '<b>Shop</b>', serverIps: '192.0.2.1\nus' };
    await anna.submit({ ...wrong, fallbackUri: 'http://shop.example/' });
    expect(anna.page.status).toBe(422);
    expect(anna.words).toContain('Please check 3 things');
    expect(anna.page.text).toContain('&lt;b&gt;Shop&lt;/b&gt;');
    expect(anna.page.text).toMatch(/<textarea [^>]*id="serverIps"[^>]*>\s*192\.0\.2\.1\nus</);

    const path = await added({ serverIps: '192.0.2.77/24\n\n2001:DB8::1', isPrimary: 'yes' });
    expect(anna.page.status).toBe(200);
    expect(anna.words).toContain('The domain is added.');
    expect(anna.words).toContain('192.0.2.0/24, 2001:db8::1');
    expect(await events(path)).toEqual(['domain.create Anna Visser']);

    await anna.get(home());
    expect(anna.words).toMatch(/shop\.example Web shop Live Active Primary Nothing/);
    expect(anna.words).toContain('X-Client-Domain: shop.example');
    expect(await added({ host: 'shop.example.' })).toBe(`${home()}/domains`);
    expect(anna.words).toContain('This application has this domain already.');
  });

  test('are changed and deleted, and the host stays as it is', async () => {
    const path = await added({ host: 'change.example', allowApi: 'yes' });
    await anna.get(`${path}/change`);
    expect(anna.page.text).not.toContain('name="host"');
    await anna.submit({ name: 'Other', environment: 'nowhere' });
    expect(anna.page.status).toBe(422);
    expect(anna.words).toContain('Choose live or test.');
    await anna.submit({ name: 'Other', environment: 'test', allowLogin: 'yes', host: 'x.example' });
    expect(anna.page.path).toBe(`${path}?done=domain-changed`);
    expect(anna.words).toMatch(/change\.example Test Switched off .*Name Other .*Sign-in only/);

    await anna.get(`${path}/delete`);
    expect(anna.words).toContain('No secret is linked to it.');
    await anna.submit({});
    expect(anna.page.path).toBe(`${home()}?done=domain-deleted#domains`);
    expect(anna.words).toContain('The domain is deleted.');
    expect((await anna.get(path)).status).toBe(404);
    expect(await events(path)).toEqual(
      ['create', 'change', 'delete'].map((each) => `domain.${each} Anna Visser`),
    );
  });

  test('get secrets linked and taken off, those that the form showed', async () => {
    const path = await added({ host: 'linked.example' });
    const [gateway, other] = [
      await idOf('secrets', 'Laboratory link'),
      await idOf('secrets', 'Search server'),
    ];
    const form = anna.form(`${path}/secrets`);
    await anna.post(form.action, { ...form.fields, shown: gateway, secret: gateway });
    expect(anna.words).toContain('The secrets of this domain are as you chose.');
    expect(anna.page.text).toMatch(new RegExp(`value="${gateway}" checked`));
    await anna.get(home());
    expect(anna.words).toMatch(/linked\.example Web shop Live Active Nothing begins with/);
    await anna.post(form.action, { ...form.fields, shown: gateway });
    expect(anna.page.text).not.toContain(' checked');
    // A secret of another organisation is as good as none.
    await anna.post(form.action, { ...form.fields, shown: other, secret: other });
    expect(anna.page.status).toBe(404);
  });

  test('get callback addresses, which are switched and removed', async () => {
    const path = await added({ host: 'callback.example' });
    const url = 'https://callback.example/in?a=1';
    await anna.submit({ url: 'callback.example' }, `${path}/callbacks`);
    expect(anna.page.status).toBe(422);
    expect(anna.page.text).toContain('value="callback.example"');
    await anna.submit({ url }, `${path}/callbacks`);
    expect(anna.words).toContain(`${url} Active`);
    const [, id] = /callbacks\/([0-9a-f-]{36})\/switch/.exec(anna.page.text)!;
    await anna.submit({}, `${path}/callbacks/${id}/switch`);
    expect(anna.words).toContain(`${url} Switched off`);
    await anna.submit({}, `${path}/callbacks/${id}/switch`);
    expect(anna.words).toContain(`${url} Active`);
    await anna.submit({}, `${path}/callbacks/${id}/remove`);
    expect(anna.words).toContain('None yet.');
  });
});

describe('the logo of a domain', () => {
  const png = (width: number, height: number) => {
    const picture = new PNG({ width, height });
    for (let at = 0; at < picture.data.length; at += 4) {
      picture.data.set([(at * 7919) % 256, (at >> 8) % 256, 60, 255], at);
    }
    return picture;
  };

  /** As a browser sends a chosen file. */
  async function upload(path: string, file: Buffer): Promise<void> {
    await anna.get(path);
    const { action, fields } = anna.form(`${path}/logo`);
    const form = new FormData();
    form.set('_csrf', fields._csrf!);
    form.set('logo', new Blob([new Uint8Array(file)], { type: 'image/png' }), 'logo.png');
    const sent = new Request('http://localhost/', { method: 'POST', body: form });
    const type = sent.headers.get('content-type')!;
    await anna.postBody(action, Buffer.from(await sent.arrayBuffer()), { 'content-type': type });
  }

  test('is written anew from the pixels of a PNG or JPEG, and served as a picture alone', async () => {
    const path = await added({ host: 'logo.example' });
    expect((await anna.get(`${path}/logo/image`)).status).toBe(404);
    const large = png(900, 300);
    const jpegFile = Buffer.from(jpeg.encode({ ...large, data: large.data }, 90).data);
    const script = Buffer.from('\xff\xfe\0\x1b<script>alert(1)</script>', 'latin1');
    const marked = Buffer.concat([jpegFile.subarray(0, 2), script, jpegFile.subarray(2)]);
    for (const file of [PNG.sync.write(large), marked]) {
      await upload(path, file);
      expect(anna.words).toContain('The logo is set.');
      const answer = await anna.send('GET', `${path}/logo/image`);
      expect(answer.headers.get('content-type')).toBe('image/png');
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-security-policy')).toBe(`default-src 'none'; sandbox`);
      const kept = Buffer.from(await answer.arrayBuffer());
      expect(kept.toString('latin1')).not.toContain('script');
      expect(PNG.sync.read(kept)).toMatchObject({ width: 240, height: 80 });
    }
    expect((await grace.get(`${path}/logo/image`)).status).toBe(404);
    expect((await olga.get(`${path}/logo/image`)).status).toBe(200);
    await anna.get(path);
    await anna.submit({}, `${path}/logo/remove`);
    expect(anna.words).toContain('The logo is removed.');
  });

  test('is refused in words when it is no picture, too large, or made to cost', async () => {
    const path = await added({ host: 'no-logo.example' });
    const good = PNG.sync.write(png(20, 20));
    const interlaced = Buffer.from(good);
    interlaced[28] = 1;
    const scans = Buffer.concat([Buffer.from('ffd8ff', 'hex'), Buffer.alloc(80, 'ffda', 'hex')]);
    for (const [file, words] of [
      [Buffer.alloc(0), 'Choose a picture.'],
      [Buffer.from('<svg onload="alert(1)"/>'), 'Choose a PNG or JPEG picture.'],
      [good.subarray(0, 60), 'This picture cannot be read.'],
      [scans, 'This picture cannot be read.'],
      [interlaced, 'Save the PNG without interlacing.'],
      [PNG.sync.write(png(1025, 2)), 'wider or higher than 1024 pixels'],
      [Buffer.concat([good, Buffer.alloc(512 * 1024)]), 'larger than 512 kB'],
    ] as const) {
      await upload(path, file);
      expect([anna.page.status, anna.words]).toEqual([422, expect.stringContaining(words)]);
    }
    await upload(path, Buffer.alloc(1024 * 1024));
    expect(anna.page.status).toBe(413);
    const kept = await service.dataSource.query<unknown[]>(
      `select 1 from domains where host = 'no-logo.example' and logo is not null`,
    );
    expect(kept).toEqual([]);
  });

  test('waits for a fresh code without being chosen again', async () => {
    const path = await added({ host: 'late-logo.example' });
    service.clock.advance(16 * 60_000);
    await upload(path, PNG.sync.write(png(200, 200)));
    expect(anna.words).toContain('is needed to set the logo of the domain.');
    const { totpKey } = service.account('anna@matchpunt.example');
    await anna.submit({ stepUpCode: totp(totpKey, service.clock.now()) });
    expect(anna.words).toContain('The logo is set.');
  });
});

describe('who sees and changes them', () => {
  test('an org admin sees; others find nothing; a domain is found in its own place alone', async () => {
    const path = await added({ host: 'seen.example' });
    await olga.get(path);
    expect(olga.page.status).toBe(200);
    expect(olga.page.text).not.toMatch(/<form method="post" action="\/manage|\/change"|\/delete"/);
    await olga.get(home());
    expect(olga.page.text).not.toContain('domains/new');
    const { fields } = anna.form(`${path}/callbacks`);
    // Judged before a code is asked for.
    service.clock.advance(16 * 60_000);
    for (const [visitor, status] of [[olga, 403] as const, [grace, 404] as const]) {
      const token = /name="_csrf" value="([^"]*)"/.exec((await visitor.get('/profile')).text)![1]!;
      for (const form of ['/change', '/delete']) {
        expect((await visitor.get(path + form)).status).toBe(status);
        expect((await visitor.post(path + form, { ...fields, _csrf: token })).status).toBe(status);
      }
      expect((await visitor.get(`${home()}/domains/new`)).status).toBe(status);
    }
    expect((await grace.get(path)).status).toBe(404);
    expect((await grace.get(path.replace(application, foreign))).status).toBe(404);
    expect((await anna.get(`${home()}/domains/nothing`)).status).toBe(404);
  });

  test('IT keeps them as a manager does, with a fresh code', async () => {
    anna = await service.signedIn('anna@matchpunt.example');
    const path = await added({ host: 'it.example' });
    const ines = await service.signedIn('ines@keyturn.example');
    await ines.get(`/admin/applications/${application}`);
    expect(ines.page.text).toContain(`href="${path}"`);
    await ines.get(`${path}/change`);
    service.clock.advance(16 * 60_000);
    await ines.submit({ name: 'By IT', environment: 'live' });
    expect(ines.words).toContain('is needed to change the domain.');
    expect(await events(path)).toEqual(['domain.create Anna Visser']);
  });
});
