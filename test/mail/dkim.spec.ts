import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash, createVerify, generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FixedClock } from '../../src/platform/clock.js';
import { SmtpMailer } from '../../src/platform/mail/smtp-mailer.js';
import { testConfig } from '../support/app.js';
import { TestSmtp } from '../support/smtp.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const smtp = new TestSmtp();
beforeAll(() => smtp.start());
afterAll(() => smtp.stop());

test('a configured key signs what the mail server gets (RFC 6376)', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join((await temporaryFolder()).path, 'dkim.pem');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const config = testConfig({ SMTP_URL: smtp.url, DKIM_SELECTOR: 'sel', DKIM_KEY_FILE: file });
  const mailer = new SmtpMailer(config, new FixedClock(new Date('2027-06-01T07:00:00Z')));
  await mailer.send({
    messageId: '<one@keyturn.example>',
    to: { name: 'Zoë', address: 'zoe@example.org' },
    subject: '7 days left: “Züge”',
    text: '.a line with a dot\n\nand  spaces \n\n',
    html: '<p>“Züge”</p>',
    headers: [{ key: 'X-Reminder', value: 'a; 7' }],
  });
  await mailer.close();
  const { raw } = smtp.received[0]!;
  const signature = tags(headerOf(raw, 'DKIM-Signature')!);
  expect(signature).toMatchObject({ a: 'rsa-sha256', s: 'sel', d: senderDomain(config.MAIL_FROM) });
  for (const name of ['from', 'to', 'subject', 'message-id', 'date']) {
    expect(signature.h!.toLowerCase().split(':')).toContain(name);
  }
  expect(createHash('sha256').update(relaxedBody(raw)).digest('base64')).toBe(signature.bh);
  expect(verified(raw, signature)).toBe(true);
  expect(verified(raw.replace('zoe@example.org', 'eve@example.org'), signature)).toBe(false);

  function verified(text: string, { h, b }: Record<string, string>): boolean {
    const own = headerOf(text, 'DKIM-Signature')!.replace(/(\bb=)[^;]*$/, '$1');
    const lines = h!.split(':').flatMap((name) => {
      const value = headerOf(text, name);
      return value === undefined ? [] : [relaxedHeader(name, value)];
    });
    return createVerify('sha256')
      .update(lines.join('') + relaxedHeader('dkim-signature', own).trimEnd())
      .verify(publicKey, b!, 'base64');
  }
});

const senderDomain = (from: string) => /@([^>]+)>?$/.exec(from)![1];

function headerOf(raw: string, name: string): string | undefined {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n') + 2);
  return new RegExp(`(?:^|\\r\\n)${name}:((?:[^\\r]|\\r\\n[ \\t])*)`, 'i').exec(head)?.[1];
}

const relaxedHeader = (name: string, value: string) =>
  `${name.toLowerCase().trim()}:${value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()}\r\n`;

function relaxedBody(raw: string): string {
  const body = raw.slice(raw.indexOf('\r\n\r\n') + 4);
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').trimEnd());
  return `${lines.join('\r\n').replace(/(\r\n)+$/, '')}\r\n`;
}

function tags(value: string): Record<string, string> {
  const pairs = value.split(';').map((pair) => pair.split(/=(.*)/s).map((part) => part.trim()));
  return Object.fromEntries(
    pairs.map(([name, text = '']) => [name, text.replace(/\s/g, '')]),
  ) as Record<string, string>;
}
