import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { catalogues } from '../../src/platform/language/catalogues.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import type { Received } from '../support/smtp.js';
import { day, Stage } from './cast.js';

const publicUrl = 'https://keyturn.registry.example';
const support = 'support@keyturn.example';
const last = '2027-06-30';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open({ PUBLIC_URL: publicUrl })));
afterAll(() => stage.close());
afterEach(() => stage.clear());

async function mailsOf(now: Date): Promise<Received[]> {
  await stage.run(now);
  return stage.smtp.takeAll();
}

async function mailOf(now: Date): Promise<Received> {
  const [mail] = await mailsOf(now);
  return mail!;
}

/** What a reader sees of the HTML part. */
function words(html: string): string {
  return html
    .replace(/<style[\s\S]*?<\/style>|<title>[\s\S]*?<\/title>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&nbsp;|&#8203;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

describe('what a mail says (M9)', () => {
  test('everything that is asked for, in both parts', async () => {
    const { application, secret, organisation } = await stage.small(last);
    const { mail } = await mailOf(day('2027-06-25'));
    expect(mail.subject).toBe(`5 days left: secret "${secret.name}" of ${application.name}`);
    for (const part of [mail.text!, words(mail.html!)]) {
      for (const said of [
        application.name,
        application.clientId,
        secret.name,
        secret.hint,
        'Wed 30 June 2027, 24:00 UTC',
        'in 5 days',
        'Create a new secret',
        'Put it into',
        'Check that it is used',
        'Delete the old one',
        'because you are a credential manager of',
        support,
      ]) {
        expect(part).toContain(said);
      }
      expect(part).not.toContain(organisation.name);
    }
    const link = `${publicUrl}/manage-api-credentials/${application.id}/secrets/${secret.id}`;
    expect(mail.text).toContain(link);
    expect(mail.html).toContain(`href="${link}"`);
  });

  test('the first two lines say what ends when and what to do', async () => {
    const { application, secret } = await stage.small(last);
    const { mail } = await mailOf(day('2027-06-25'));
    expect(mail.text!.split('\n').slice(0, 2)).toEqual([
      `“${secret.name}” of ${application.name} ends in 5 days.`,
      'It works until Wed 30 June 2027, 24:00 UTC. Create a new secret and switch your systems to it before then.',
    ]);
  });

  test.each([
    ['2027-05-19', '42 days left', 'ends in 42 days'],
    ['2027-06-09', '21 days left', 'ends in 21 days'],
    ['2027-06-23', '7 days left', 'ends in 7 days'],
    ['2027-06-29', '1 day left', 'ends in 1 day.'],
    ['2027-06-30', 'Last day', 'ends today'],
    ['2027-07-01', 'Expired', 'has expired'],
  ])('on %s: %s', async (date, subject, text) => {
    await stage.small(last);
    const { mail } = await mailOf(day(date, '23:59:59'));
    expect(mail.subject!.startsWith(`${subject}: `)).toBe(true);
    expect(mail.text!.split('\n')[0]).toContain(text);
  });

  test('a secret that has ended cannot be replaced without a gap, and no sentence says so', async () => {
    await stage.small(last);
    const { mail } = await mailOf(day('2027-07-01'));
    for (const part of [mail.text!, words(mail.html!)]) {
      expect(part).toContain('every call with it is refused');
      expect(part).toContain('How to bring your systems back');
      expect(part).toContain('One that has ended cannot be extended.');
      expect(part).not.toMatch(/without a gap|keeps working|side by side/);
    }
  });

  test('a digest of what ends and what has ended says how to replace one', async () => {
    const { application } = await stage.small(last);
    await stage.secret(application, '2027-07-03');
    const { mail } = await mailOf(day('2027-07-01'));
    expect(mail.subject).toContain('and 1 more secret');
    expect(mail.text).toContain('How to replace one without a gap');
  });

  test('a digest of what has ended alone does not', async () => {
    const { application } = await stage.small(last);
    await stage.secret(application, last);
    const { mail } = await mailOf(day('2027-07-01'));
    expect(mail.subject).toContain('and 1 more secret');
    expect(mail.text).toContain('How to bring your systems back');
    expect(mail.text).not.toContain('without a gap');
  });

  test('an end in the middle of a day is said to the minute', async () => {
    const { application } = await stage.small('2027-12-01');
    await stage.secret(application, last, {
      createdAt: day('2026-06-23', '10:15:30'),
      expiresAt: day('2027-06-23', '10:15:30'),
    });
    const { mail } = await mailOf(day('2027-06-20'));
    expect(mail.text).toContain('Wed 23 June 2027, 10:15 UTC');
    expect(mail.text).toContain('ends in 3 days');
  });

  test('an org admin reads who can act, by name alone', async () => {
    const { organisation, application } = await stage.small(last);
    const olga = await stage.user(organisation, 'olga@matchpunt.example');
    await stage.role(olga, 'org_admin', null);
    const bram = await stage.user(organisation, 'bram@matchpunt.example', { name: 'bram jansen' });
    await stage.role(bram, 'credential_manager', application);
    const mails = await mailsOf(day('2027-06-23'));
    const text = mails.find(({ to }) => to.startsWith('olga'))!.mail.text!;
    expect(text).toContain(`because you are an org admin of ${organisation.name}.`);
    expect(text).toContain('Its credential managers do this: anna and bram jansen.');
    expect(text).not.toContain('bram@');
  });

  test('each reader gets it in their language, in one run; a subject stays one line', async () => {
    const { organisation, application, secret } = await stage.small(last);
    const berta = await stage.user(organisation, 'berta@matchpunt.example', { language: 'de' });
    await stage.role(berta, 'credential_manager', application);
    const noor = await stage.user(organisation, 'noor@matchpunt.example', { language: 'nl' });
    await stage.role(noor, 'org_admin', null);
    const before = new Map(catalogues);
    catalogues.set('de', {
      '{0} days left: secret "{1}" of {2}': 'Noch {0} Tage\r\nBcc: eve@evil.example\r\n\r\n"{1}"',
      '“{0}” of {1} ends in {2} days': '„{0}“ von {1} endet in {2} Tagen',
      '“{0}” ends in {1} days': '„{0}“ endet in {1} Tagen',
      'Create a new secret': 'Neues Geheimnis anlegen',
      'Client ID': 'Kennung des Clients',
    });
    catalogues.set('nl', { '{0} days left: secret "{1}" of {2}': 'Nog {0} dagen: "{1}"' });
    const mails = await mailsOf(day('2027-06-23'));
    for (const [language, catalogue] of before) catalogues.set(language, catalogue);

    const to = (name: string) => mails.find((each) => each.to.startsWith(name))!;
    expect(to('anna').mail.subject).toBe(
      `7 days left: secret "${secret.name}" of ${application.name}`,
    );
    expect(to('anna').mail.html).toContain('<html lang="en">');
    expect(words(to('anna').mail.html!)).toContain('Create a new secret');
    expect(to('noor').mail.subject).toBe(`Nog 7 dagen: "${secret.name}"`);
    const { mail } = to('berta');
    expect(mail.subject).toBe(`Noch 7 Tage Bcc: eve@evil.example "${secret.name}"`);
    expect(mail.to).toHaveLength(1);
    expect(to('berta').lines('Bcc')).toEqual([]);
    expect(mail.text).toMatch(new RegExp(`^„${secret.name}“ von .* endet in 7 Tagen\\.$`, 'm'));
    expect(mail.text).toContain(`\nKennung des Clients:  ${application.clientId}\n`);
    expect(mail.html).toContain('<html lang="de">');
    expect(words(mail.html!)).toMatch(/endet in 7 Tagen .* Mi\., 30\. Juni 2027, 24:00 UTC/);
    expect(words(mail.html!)).toContain('Neues Geheimnis anlegen');
    const kept = await stage.dataSource.query<{ sent_html: string }[]>(
      `select sent_html from mails where to_address like 'berta%'`,
    );
    expect(kept.map((each) => each.sent_html.trim())).toEqual([mail.html!.trim()]);
  });

  test('headers: who wrote it, that a machine did, the thread, the rows', async () => {
    const { secret } = await stage.small(last);
    const first = await mailOf(day('2027-06-23'));
    const second = await mailOf(day('2027-06-24'));
    expect(first.lines('Auto-Submitted')).toEqual(['auto-generated']);
    expect(first.lines('X-Auto-Response-Suppress')).toEqual(['All']);
    expect(first.lines('X-Reminder')).toEqual([`${secret.id}; 7`]);
    expect(first.mail.from).toEqual({ name: 'Keyturn', address: 'keyturn@keyturn.example' });
    expect(first.mail.messageId).toMatch(/^<[0-9a-f-]{36}@keyturn\.example>$/);
    expect(first.mail.messageId).not.toBe(second.mail.messageId);
    expect(first.mail.references).toBe(`<secret-${secret.id}@keyturn.example>`);
    expect(second.mail.references).toBe(first.mail.references);
    expect(new Date(first.mail.date!)).toEqual(day('2027-06-23'));
    expect(first.lines('X-Mailer')).toEqual([]);
  });

  test('a way out is offered only where somebody else is mailed, and never with one click', async () => {
    const { organisation, application, secret } = await stage.small(last);
    const alone = await mailOf(day('2027-06-23'));
    expect(alone.lines('List-Unsubscribe')).toEqual([]);
    const bram = await stage.user(organisation, 'bram@matchpunt.example');
    await stage.role(bram, 'credential_manager', application);
    const both = await mailsOf(day('2027-06-24'));
    const href = `${publicUrl}/manage-api-credentials/${application.id}/secrets/${secret.id}/acknowledge`;
    expect(both.map((mail) => mail.lines('List-Unsubscribe'))).toEqual([
      [`<${href}>`],
      [`<${href}>`],
    ]);
    expect(both[0]!.lines('List-Unsubscribe-Post')).toEqual([]);
  });

  test('nothing is fetched from elsewhere, nothing is counted, every link is ours', async () => {
    await stage.small(last);
    const { mail } = await mailOf(day('2027-06-23'));
    expect(mail.html).not.toMatch(
      /<img|<script|<link\b|<iframe|<form|url\(|@import|@font-face|src=/i,
    );
    const links = [...mail.html!.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!);
    expect(links.length).toBeGreaterThan(2);
    for (const href of links) {
      expect(href.startsWith(`${publicUrl}/`) || href === `mailto:${support}`).toBe(true);
    }
  });
});

describe('hostile names', () => {
  const hostile = [
    'a\r\nBcc: eve@evil.example',
    'x\r\n\r\n<h1>second body</h1>',
    '\u2028X-Reminder: forged; 7',
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'; drop table secrets; --",
    '<%= it.support %> ${7*7} {{7*7}}',
    '\u202Egnp.exe',
    '=?utf-8?B?QmNjOiBldmU=?=',
    'eve@evil.example, anna',
    'W'.repeat(100),
    '密'.repeat(100),
    '👩‍🔬 lab',
    '&lt;b&gt; &amp; "quoted"',
  ];

  test.each(hostile)('%j stays a name', async (name) => {
    const { secret } = await stage.small(last);
    await stage.dataSource.getRepository(Secret).update({ id: secret.id }, { name });
    const received = await mailOf(day('2027-06-23'));
    const { mail, to, raw } = received;
    expect(to).toBe('anna@matchpunt.example');
    expect(mail.to).toEqual([{ name: 'anna', address: 'anna@matchpunt.example' }]);
    expect(received.lines('Bcc')).toEqual([]);
    expect(received.lines('X-Reminder')).toEqual([`${secret.id}; 7`]);
    expect(raw.slice(0, raw.indexOf('\r\n\r\n')).split(/\r\n(?![ \t])/)).toHaveLength(
      mail.headers.length,
    );
    const shown = name.replace(/[\s\u2028\u202e\u200d]+/g, ' ').trim();
    expect(mail.subject).toContain(shown);
    expect(mail.text!.split('\n')[0]).toContain(`“${shown}” of`);
    expect(words(mail.html!)).toContain(`“${shown}”`);
    expect(mail.html).not.toMatch(/<script|<img|<h1>second/);
    expect(mail.html!.match(/<h1/g)).toHaveLength(1);
  });

  test('a name of a person cannot add a recipient', async () => {
    const { manager } = await stage.small(last);
    await stage.dataSource.query('update users set name = $2 where id = $1', [
      manager.id,
      'Anna" <eve@evil.example>, "B\r\nCc: eve@evil.example',
    ]);
    const { mail } = await mailOf(day('2027-06-23'));
    expect(mail.to).toHaveLength(1);
    expect(mail.to![0]!.address).toBe('anna@matchpunt.example');
    expect(mail.cc).toBeUndefined();
    expect(stage.smtp.attempts).toEqual(['anna@matchpunt.example']);
  });
});
