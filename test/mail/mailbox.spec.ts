import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FixedClock } from '../../src/platform/clock.js';
import { readConfig } from '../../src/platform/config/config.js';
import { Mailbox } from '../../src/platform/mail/mailbox.js';
import { mailerOf } from '../../src/platform/mail/mailer-of.js';
import type { Mailer } from '../../src/platform/mail/mailer.js';
import { testConfig } from '../support/app.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let mailer: Mailer;
let mailbox: Mailbox;
const clock = new FixedClock(new Date('2027-03-01T07:00:00Z'));

beforeAll(async () => {
  folder = await temporaryFolder();
  const { SESSION_KEYS, HASH_KEYS, ENCRYPTION_KEYS } = testConfig();
  const keys = { SESSION_KEYS, HASH_KEYS, ENCRYPTION_KEYS };
  const config = readConfig({ ...keys, NODE_ENV: 'test', DATA_DIR: folder.path }, true);
  mailer = mailerOf(config, clock);
  mailbox = new Mailbox(config);
});
afterAll(() => folder.remove());

const send = (subject: string, id = randomUUID()) =>
  mailer.send({
    messageId: `<${id}@keyturn.example>`,
    to: { name: 'Jonas Weiß', address: 'jonas@donautal.example' },
    subject,
    text: 'Grüße',
    html: '<p>Grüße</p>',
    headers: [
      { key: 'X-Reminder', value: 'a; 7' },
      { key: 'X-Reminder', value: 'b; 6' },
    ],
  });

describe('the mailbox', () => {
  test('is empty before the first mail', async () => {
    expect(await mailbox.list(10)).toEqual([]);
    expect(await mailbox.read(`20270301T070000000Z-${randomUUID()}`)).toBeUndefined();
  });

  test('keeps mails as files and reads them, the newest first', async () => {
    await send('First');
    clock.advance(60_000);
    expect(await send('Second')).toEqual({ answer: '250 kept in the mailbox' });
    const mails = await mailbox.list(10);
    expect(mails.map(({ subject }) => subject)).toEqual(['Second', 'First']);
    expect(await mailbox.list(1)).toHaveLength(1);
    const mail = (await mailbox.read(mails[0]!.id))!;
    expect(mail).toEqual(mails[0]);
    expect(mail).toMatchObject({
      date: new Date('2027-03-01T07:01:00Z'),
      from: 'Keyturn <keyturn@keyturn.example>',
      to: 'Jonas Weiß <jonas@donautal.example>',
    });
    expect(mail.text.trim()).toBe('Grüße');
    expect(mail.html).toContain('<p>Grüße</p>');
    expect(mail.headers.filter(({ name }) => name === 'X-Reminder')).toHaveLength(2);
  });

  test('a mail sent twice under one Message-ID is one mail', async () => {
    const before = (await mailbox.list(100)).length;
    const id = randomUUID();
    await send('Once', id);
    await send('Once', id);
    expect(await mailbox.list(100)).toHaveLength(before + 1);
  });

  test('files are for the service alone, and complete', async () => {
    const mail = join(folder.path, 'mail');
    expect((await stat(mail)).mode & 0o777).toBe(0o700);
    for (const name of await readdir(mail)) {
      expect(name).toMatch(/\.eml$/);
      expect((await stat(join(mail, name))).mode & 0o777).toBe(0o600);
    }
  });

  test.each(['../secret', '..%2fsecret', '/etc/passwd', 'secret', '', 'x\0', '.', '__proto__'])(
    'the id %j is no mail',
    async (id) => {
      await writeFile(join(folder.path, 'secret.eml'), 'Subject: no\r\n\r\nno');
      expect(await mailbox.read(id)).toBeUndefined();
    },
  );
});
