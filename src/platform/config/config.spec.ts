import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { type Config, type ConfigurationError, readConfig } from './config.js';

const key = `1:${randomBytes(32).toString('base64')}`;
const complete = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://keyturn.example.org',
  DATABASE_URL: 'postgres://keyturn:hidden@db.example.org/keyturn',
  SMTP_URL: 'smtp://user:hidden@mail.example.org:587',
  MAIL_FROM: 'Keyturn <keyturn@example.org>',
  SUPPORT_ADDRESS: 'support@example.org',
  SESSION_KEYS: key,
  HASH_KEYS: key,
  ENCRYPTION_KEYS: key,
};

function problems(changes: Record<string, string | undefined>, demo = false): string[] {
  try {
    readConfig({ ...complete, ...changes }, demo);
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

describe('the configuration', () => {
  test('that is complete is taken, with defaults for the rest', () => {
    const config = readConfig(complete, false);
    expect(config).toMatchObject({ PORT: 3000, REMINDER_HOUR: 7, REMINDER_ZONE: 'UTC' });
    expect(config.secureCookies).toBe(true);
  });

  test.each([
    ['SMTP_URL', undefined],
    ['SMTP_URL', 'mail.example.org'],
    ['MAIL_FROM', undefined],
    ['MAIL_FROM', 'a@example.org, b@example.org'],
    ['MAIL_FROM', 'Keyturn <a@example.org>\r\nBcc: x@example.org'],
    ['SMTP_CONNECTIONS', '0'],
    ['SMTP_CONNECTIONS', '51'],
    ['SUPPORT_ADDRESS', undefined],
    ['SUPPORT_ADDRESS', 'support'],
    ['ALARM_WEBHOOK_URL', 'file:///etc/passwd'],
    ['ALARM_SMTP_URL', 'mail.example.org'],
    ['ALARM_ADDRESS', 'nobody'],
    ['PUBLIC_URL', undefined],
    ['PUBLIC_URL', 'http://keyturn.example.org'],
    ['PUBLIC_URL', 'https://keyturn.example.org/path'],
    ['PUBLIC_URL', 'keyturn.example.org'],
    ['DATABASE_URL', 'mysql://db'],
    ['DATABASE_POOLER', 'session'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
    ['PORT', '70000'],
    ['PORT', 'abc'],
    ['PORT', '80.5'],
    ['LOG_LEVEL', 'loud'],
    ['LEAK_GITHUB_KEYS_FILE', '/nowhere'],
    ['LEAK_GITHUB_KEYS_FILE', 'package.json'],
    ['LEAK_REPORT_KEY', 'too-short'],
    ['LEAK_POLICY', 'delete'],
    ['HASH_KEYS', undefined],
    ['HASH_KEYS', '1:short'],
    ['HASH_KEYS', `${key},${key}`],
    ['HASH_KEYS', '1:lost'],
    ['HASH_KEYS', `1:${Buffer.alloc(32).toString('base64')}`],
    ['ENCRYPTION_KEYS', 'secret'],
    ['SESSION_KEYS', undefined],
    ['REMINDER_HOUR', '24'],
    ['REMINDER_ZONE', 'Mars/Olympus'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['WEBHOOK_ALLOWED_NETWORKS', '10.0.0.0/33'],
    ['WEBHOOK_ALLOWED_NETWORKS', 'intranet'],
    ['WEBHOOK_HTTP', 'on'],
    ['WEBHOOK_HTTP', 'yes'],
    ['SECRETS_PER_APPLICATION', '0'],
    ['NODE_ENV', 'prod'],
  ])('with a wrong %s (%s) is refused by one line with its name and an example', (name, value) => {
    const lines = problems({ [name]: value });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name} is (missing|wrong): it should be`));
    expect(lines[0]).toMatch(/e\.g\.|make one with/);
  });

  test('takes a DKIM key and its selector together only', () => {
    expect(problems({ DKIM_SELECTOR: 'keyturn' })).toEqual([
      expect.stringMatching(/^DKIM_KEY_FILE is missing: it should be a readable file/),
    ]);
    expect(problems({ DKIM_KEY_FILE: '/nowhere' }).map((line) => line.split(' ')[0])).toEqual([
      'DKIM_SELECTOR',
      'DKIM_KEY_FILE',
    ]);
  });

  test('names every problem at once and repeats no value', () => {
    const lines = problems({ PORT: 'x', SMTP_URL: 'hidden-value', HASH_KEYS: 'hidden-value' });
    expect(lines).toHaveLength(3);
    expect(lines.join()).not.toContain('hidden-value');
  });

  test('of the demo needs nothing but keys', () => {
    const demo = readConfig(
      { SESSION_KEYS: key, HASH_KEYS: key, ENCRYPTION_KEYS: key, PORT: '3100' },
      true,
    );
    expect(demo.PUBLIC_URL).toBe('http://localhost:3100');
    expect(demo.SMTP_URL).toBeUndefined();
  });

  test.each([
    [undefined, 'http://localhost:3000', true],
    [undefined, 'http://localhost:3001', true],
    [undefined, 'http://localhost.example:3001', false],
    [undefined, 'https://other.example', false],
    ['https://keyturn.example.org', 'https://keyturn.example.org', true],
    ['https://keyturn.example.org', 'http://localhost:3001', false],
  ])('with PUBLIC_URL %s a token may name the issuer %s: %s', (PUBLIC_URL, issuer, expected) => {
    const config: Config = readConfig(
      { ...complete, NODE_ENV: 'development', PUBLIC_URL, PORT: '3000' },
      false,
    );
    expect(config.isOwnIssuer(issuer)).toBe(expected);
  });

  test.each([
    ['http://localhost:3000', true],
    ['http://127.0.0.1:3000', true],
    ['https://keyturn.example.org', true],
    ['http://keyturn.lan:3000', false],
  ])('%s can carry secure cookies: %s', (PUBLIC_URL, expected) => {
    const config: Config = readConfig({ ...complete, NODE_ENV: 'development', PUBLIC_URL }, false);
    expect(config.secureCookies).toBe(expected);
  });
});
