import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { FixedClock } from '../../src/platform/clock.js';
import { MailRefused } from '../../src/platform/mail/mailer.js';
import { type Patience, SmtpMailer } from '../../src/platform/mail/smtp-mailer.js';
import { testConfig } from '../support/app.js';
import { TestSmtp } from '../support/smtp.js';

const clock = new FixedClock(new Date('2027-03-01T07:00:00Z'));
const quick: Patience = { connect: 400, greeting: 400, silence: 700, message: 2_000 };
const smtp = new TestSmtp();
const mailers: SmtpMailer[] = [];
beforeAll(() => smtp.start());
afterAll(() => smtp.stop());
afterEach(async () => {
  for (const mailer of mailers.splice(0)) await mailer.close();
});

const mailerTo = (url: string, patience = quick) => {
  const mailer = new SmtpMailer(testConfig({ SMTP_URL: url }), clock, patience);
  mailers.push(mailer);
  return mailer;
};
const anna = 'anna@matchpunt.example';
const envelope = () => ({
  messageId: `<${randomUUID()}@keyturn.example>`,
  to: { name: 'Anna', address: anna },
  subject: 'Hello',
  text: 'Hello',
  html: '<p>Hello</p>',
});
const refusal = (mailer: SmtpMailer) =>
  mailer.send(envelope()).then(
    () => undefined,
    (error: MailRefused) => {
      expect(error).toBeInstanceOf(MailRefused);
      const { permanent, forEverybody, mayHaveArrived } = error;
      return [permanent && 'good', forEverybody && 'all', mayHaveArrived && 'maybe']
        .filter(Boolean)
        .join();
    },
  );

describe('what a failed hand-over means', () => {
  test.each([
    ['450 to the recipient', { at: 'recipient', code: 450, answer: 'x' }, ''],
    ['550 to the recipient', { at: 'recipient', code: 550, answer: 'x' }, 'good'],
    ['421 to the recipient', { at: 'recipient', code: 421, answer: 'x' }, 'all'],
    ['451 to the text', { at: 'text', code: 451, answer: 'x' }, ''],
    ['552 to the text', { at: 'text', code: 552, answer: 'x' }, 'good'],
    ['hanging up in the text', 'drop in the text', 'all,maybe'],
    ['hanging up after the text', 'drop after the text', 'all,maybe'],
    ['silence after the text', 'stall', 'all,maybe'],
  ] as const)('%s', async (_name, trouble, meaning) => {
    smtp.trouble(anna, trouble);
    expect(await refusal(mailerTo(smtp.url))).toBe(meaning);
  });

  test('554 as the greeting', async () => {
    smtp.greeting = { code: 554, answer: 'no service' };
    expect(await refusal(mailerTo(smtp.url))).toBe('all');
    smtp.greeting = undefined;
  });

  test('nobody listens', async () => {
    expect(await refusal(mailerTo('smtp://127.0.0.1:1'))).toBe('all');
  });

  test('no such host', async () => {
    expect(await refusal(mailerTo('smtp://mail.invalid:25'))).toBe('all');
  });

  test('a server that never greets', async () => {
    const mute = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as { port: number };
    expect(await refusal(mailerTo(`smtp://127.0.0.1:${port}`))).toBe('all');
    mute.close();
  });

  test('a server that answers in drops is given up after a while', async () => {
    const dripping = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.write('220-');
      const drip = setInterval(() => socket.write('x'), 50);
      socket.on('close', () => clearInterval(drip));
    }).listen(0, '127.0.0.1');
    await once(dripping, 'listening');
    const { port } = dripping.address() as { port: number };
    const patience = { connect: 5_000, greeting: 5_000, silence: 5_000, message: 300 };
    expect(await refusal(mailerTo(`smtp://127.0.0.1:${port}`, patience))).toBe('all,maybe');
    dripping.close();
  });
});

test('what the server said comes back in one line', async () => {
  expect(await mailerTo(smtp.url).send(envelope())).toEqual({ answer: '250 taken' });
  expect(smtp.takeAll()[0]!.mail.date).toBe('2027-03-01T07:00:00.000Z');
});

test('a kept connection that the server closed meanwhile loses no mail', async () => {
  const mailer = mailerTo(smtp.url);
  await mailer.send(envelope());
  await smtp.stop();
  await smtp.start();
  await mailer.send(envelope());
  expect(smtp.takeAll()).toHaveLength(2);
});

test('a password is not sent in clear, unless the URL says that it may', async () => {
  const withPassword = smtp.url.replace('//', '//user:pa55word@');
  expect(await refusal(mailerTo(withPassword))).toBe('all');
  expect(smtp.passwords).toEqual([]);
  await mailerTo(`${withPassword}?requireTLS=false`).send(envelope());
  expect(smtp.passwords).toEqual(['pa55word']);
  smtp.takeAll();
});

test('a password in the address of the server is not in its description', () => {
  const mailer = mailerTo('smtp://user:pa55word@mail.example.org:587');
  expect(mailer.description).toBe('SMTP server mail.example.org:587');
});
