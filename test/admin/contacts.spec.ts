import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { idOf, it as ines, lastEvents, manager as anna, nowhere } from './cast.js';

const smc = 'Partner-NL-Matchpunt-SMC';
const dm = 'Partner-NL-Matchpunt-DM';
const gb = 'Partner-GB-LaneTrust-SMC';

let service: TestApp;
let browser: Visitor;
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(ines);
});
afterAll(() => service.close());

async function shown(filter: string): Promise<string[]> {
  await browser.get(`/admin/contacts?show=${filter}`);
  expect(browser.page.status).toBe(200);
  return [smc, dm, gb].filter((name) => browser.words.includes(name));
}

/** As the delivery would write it. */
async function mailed(state: 'sent' | 'failed', address = anna): Promise<void> {
  service.clock.advance(60_000);
  await service.dataSource.query(
    `insert into mails (id, kind, user_id, to_address, to_name, subject, message_id, state,
       created_at, finished_at)
     values ($1, 'reminder', $2, $3, '', 'x', $6, $4, $5, $5)`,
    [
      randomUUID(),
      await idOf(service, 'users', 'email', anna),
      address,
      state,
      service.clock.now(),
      randomUUID(),
    ],
  );
}

describe('the contacts that need a look (R4)', () => {
  test('are filtered by what is wrong', async () => {
    expect(await shown('few')).toEqual([dm, gb]);
    expect(await shown('bounced')).toEqual([]);
    expect(await shown('silent')).toEqual([]);
    expect(await shown('not_mine')).toEqual([]);
    expect(await shown('frobnicate')).toEqual([dm, gb]);
  });

  test('a refused address is shown on the page of IT and of the people, until a mail arrives', async () => {
    await mailed('failed', 'an-earlier@address.example');
    expect(await shown('bounced')).toEqual([]);
    await mailed('failed');
    expect(await shown('bounced')).toEqual([smc, dm]);
    const reader = await service.signedIn('bram@matchpunt.example');
    await reader.get('/manage-api-credentials');
    expect(reader.words).toContain('Mail to Anna Visser was refused');
    await mailed('sent');
    expect(await shown('bounced')).toEqual([]);
  });

  test('IT can say that an address is good', async () => {
    await mailed('failed');
    await shown('bounced');
    const id = await idOf(service, 'users', 'email', anna);
    service.clock.advance(1000);
    await browser.submit({}, `/admin/contacts/users/${id}/address-checked`);
    expect(browser.words).toContain('The address counts as good again.');
    expect(await shown('bounced')).toEqual([]);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'user.address_checked', subject: 'Anna Visser' },
    ]);
  });

  test('who has long not signed in is listed', async () => {
    const id = await idOf(service, 'users', 'email', 'bram@matchpunt.example');
    await service.dataSource.query(`update users set last_sign_in_at = $2 where id = $1`, [
      id,
      new Date(service.clock.now().getTime() - 181 * 86_400_000),
    ]);
    expect(await shown('silent')).toEqual([smc]);
    expect(browser.words).toContain('Bram Jansen has not signed in for 180 days.');
  });

  test('whose it is not any more is listed until it is settled', async () => {
    const id = randomUUID();
    await service.dataSource.query(
      `insert into acknowledgements (id, secret_id, user_id, kind, said_at)
       select $1, s.id, u.id, 'not_mine', $2 from secrets s, users u
       where s.name = 'Laboratory link' and u.email = $3`,
      [id, service.clock.now(), anna],
    );
    expect(await shown('not_mine')).toEqual([smc]);
    expect(browser.words).toContain('“Laboratory link” is not theirs any more.');
    await browser.submit({}, `/admin/contacts/not-mine/${id}/settle`);
    expect(await shown('not_mine')).toEqual([]);
    expect(await lastEvents(service)).toMatchObject([{ action: 'reminder.settle' }]);
  });

  test('answers 404 for what is not there', async () => {
    await browser.get('/admin/contacts');
    const _csrf = /name="_csrf" value="([^"]*)"/.exec(browser.page.text)![1]!;
    for (const id of [nowhere, 'x']) {
      for (const path of [`users/${id}/address-checked`, `not-mine/${id}/settle`]) {
        expect((await browser.post(`/admin/contacts/${path}`, { _csrf })).status).toBe(404);
      }
    }
  });
});
