import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Outbox } from '../../src/platform/mail/outbox.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';
import { csrfOf, idOf, it, lastEvents, manager, nowhere } from './cast.js';

const list = '/admin/invitations';
const noor = 'noor@matchpunt.example';
const password = 'Autumn-Willow-Bridge-29';

let service: TestApp;
let ines: Visitor;
let guest: string;

beforeAll(async () => {
  service = await startTestApp();
  ines = await service.signedIn(it);
  guest = await idOf(service, 'users', 'email', noor);
});
afterAll(() => service.close());

const press = async (what: 'resend' | 'revoke') => {
  await ines.get(list);
  return ines.submit({}, `${list}/${guest}/${what}`);
};

/** The link of the last invitation that was mailed. */
async function link(): Promise<string> {
  await service.app.get(Outbox).deliverDue();
  const mail = service.mailer.sent.filter(({ to }) => to.address === noor).at(-1)!;
  return new URL(/https?:\S+\/invitations\/\S+/.exec(mail.text)![0]).pathname;
}

test('shows who was invited, by whom and until when, and sends it again', async () => {
  await press('resend');
  expect(ines.page.path).toBe(`${list}?done=invited-again`);
  const fresh = await link();
  await ines.get(list);
  expect(ines.words).toMatch(
    /Noor Bakker noor@matchpunt.example Stichting Matchpunt Inês Carvalho Tue 1 December 2026, 09:00 UTC The mail server took the mail\. Fri 4 December 2026, 09:00 UTC Open Send again/,
  );
  expect(ines.words).not.toContain('Anna Visser');
  expect((await service.visitor().get(fresh)).status).toBe(200);
});

test('a revoked link is dead at once, and the person can be invited again', async () => {
  const dead = await link();
  await press('revoke');
  expect(ines.page.path).toBe(`${list}?done=invitation-revoked`);
  expect(ines.words).not.toContain('Noor Bakker');
  expect(await lastEvents(service)).toMatchObject([
    { action: 'user.revoke_invitation', actor: 'Inês Carvalho', subject: noor },
  ]);
  expect((await service.visitor().get(dead)).status).toBe(410);
  await ines.post(`${list}/${guest}/revoke`, csrfOf(ines));
  expect(ines.page.status).toBe(409);
  expect(ines.words).toContain('There is no open invitation of this person');
  await ines.post(`${list}/${guest}/resend`, csrfOf(ines));
  expect((await service.visitor().get(await link())).status).toBe(200);
});

test('a mail that still waits when its invitation is revoked is not sent', async () => {
  const held = jest.spyOn(service.app.get(Outbox), 'deliverDue').mockResolvedValue();
  await press('resend');
  await press('revoke');
  held.mockRestore();
  const sent = service.mailer.sent.length;
  await service.app.get(Outbox).deliverDue();
  expect(service.mailer.sent).toHaveLength(sent);
  expect(
    await service.dataSource.query(
      `select state, sealed_body from mails where user_id = $1 order by created_at desc, state limit 1`,
      [guest],
    ),
  ).toEqual([{ state: 'discarded', sealed_body: null }]);
});

test.each([
  ['sent again', 'resend', 200],
  ['revoked', 'revoke', 409],
])('who accepts while it is %s comes first or not at all', async (_, what, status) => {
  await ines.get(list);
  await ines.post(`${list}/${guest}/resend`, csrfOf(ines));
  const path = await link();
  const visitor = service.visitor();
  await visitor.get(path);
  await ines.get(list);
  const gate = service.dataSource.createQueryRunner();
  await gate.startTransaction();
  await gate.query('select 1 from invitations for update');
  const accepted = visitor.submit({ password, passwordAgain: password });
  await waitingFor(gate, 1);
  const changed = ines.post(`${list}/${guest}/${what}`, csrfOf(ines));
  await waitingFor(gate, 2);
  await gate.commitTransaction();
  await gate.release();
  expect((await accepted).path).toBe('/enrol');
  expect((await changed).status).toBe(status);
});

test('an invitation that ran out says so', async () => {
  await service.dataSource.query(
    `update invitations set used_at = null, expires_at = $2 where user_id = $1 and used_at is not null`,
    [guest, service.clock.now()],
  );
  await ines.get(list);
  expect(ines.words).toMatch(/Noor Bakker .* Ran out Send again/);
});

test('whoever has come, or is nobody, has none', async () => {
  const anna = await idOf(service, 'users', 'email', manager);
  await ines.get(list);
  for (const what of ['resend', 'revoke']) {
    await ines.post(`${list}/${anna}/${what}`, csrfOf(ines));
    expect(ines.page.status).toBe(409);
    expect(ines.words).toContain('has completed the first sign-in');
    await ines.post(`${list}/${nowhere}/${what}`, csrfOf(ines));
    expect(ines.page.status).toBe(404);
    await ines.get(list);
  }
});
