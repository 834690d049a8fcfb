import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { catalogues } from '../../src/platform/language/catalogues.js';
import { MailRefused } from '../../src/platform/mail/mailer.js';
import { Outbox } from '../../src/platform/mail/outbox.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
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
  await delivered(service.app);
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

test('one that the mail server refused is told to IT until it is sent again', async () => {
  const answer = '550 no such person';
  const refused = { answer, permanent: true, forEverybody: false, mayHaveArrived: false };
  const send = jest.spyOn(service.mailer, 'send').mockRejectedValue(new MailRefused(refused));
  await press('resend');
  await delivered(service.app);
  send.mockRestore();
  const alert = 'The mail server refused an invitation: whoever was invited does not know.';
  await ines.get('/admin/organisations');
  expect(ines.words).toContain(`${alert} Open invitations`);
  await ines.get(list);
  expect(ines.words).toContain(`The mail was refused: ${answer}`);
  await ines.get(`/admin/users/${guest}`);
  expect(ines.words).toContain(`The last mail to ${noor} was refused (${answer}).`);
  service.clock.advance(1_000);
  await press('resend');
  await link();
  for (const page of [list, `/admin/users/${guest}`]) {
    await ines.get(page);
    expect(ines.words).not.toMatch(/refused/);
  }
});

test('writes to somebody new in the language of their country, in one line', async () => {
  const before = catalogues.get('de')!;
  catalogues.set('de', {
    'Your invitation to Keyturn': 'Ihre Einladung\r\nBcc: eve@elsewhere.example',
    'Set your password before <strong>{0}</strong>.': 'Bis <strong>{0}</strong>.',
  });
  await service.dataSource.query(
    `update organisations set country = 'AT' where id = (select organisation_id from users where id = $1)`,
    [guest],
  );
  await press('resend');
  await link();
  const mail = service.mailer.sent.filter(({ to }) => to.address === noor).at(-1)!;
  expect(mail.subject).toBe('Ihre Einladung Bcc: eve@elsewhere.example');
  expect(mail.html).toContain('<html lang="de">');
  expect(mail.html).toMatch(/Bis <strong>Fr\., 4\. Dezember 2026, 09:00 UTC<\/strong>\./);
  catalogues.set('de', before);
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
  await delivered(service.app);
  expect(service.mailer.sent).toHaveLength(sent);
  expect(
    await service.dataSource.query(
      `select state, sealed_body from mails where user_id = $1 order by created_at desc, state limit 1`,
      [guest],
    ),
  ).toEqual([{ state: 'discarded', sealed_body: null }]);
});

/** What both do at once, let go together in the order in which they asked for the account. */
async function race<A, B>(
  first: () => Promise<A>,
  second: () => Promise<B>,
): Promise<readonly [A, B]> {
  const gate = service.dataSource.createQueryRunner();
  await gate.startTransaction();
  await gate.query('select 1 from users where id = $1 for no key update', [guest]);
  const one = first();
  await waitingFor(gate, 1);
  const other = second();
  await waitingFor(gate, 2);
  await gate.commitTransaction();
  await gate.release();
  return Promise.all([one, other]);
}

const invitations = () =>
  service.dataSource.query<{ used: boolean; open: boolean }[]>(
    `select used_at is not null as used, used_at is null and revoked_at is null as open
     from invitations where user_id = $1 order by created_at, id`,
    [guest],
  );

/** A browser that shows a fresh invitation, and its form. */
async function invitedVisitor() {
  await ines.get(list);
  await ines.post(`${list}/${guest}/resend`, csrfOf(ines));
  const path = await link();
  const visitor = service.visitor();
  await visitor.get(path);
  const body = new URLSearchParams({
    ...visitor.form().fields,
    password,
    passwordAgain: password,
  }).toString();
  await ines.get(list);
  return { visitor, path, accept: () => visitor.send('POST', path, body) };
}

const change = (what: 'resend' | 'revoke') => ines.post(`${list}/${guest}/${what}`, csrfOf(ines));

test.each([
  ['sent again', 'resend', 200],
  ['revoked', 'revoke', 409],
] as const)('who accepts while it is %s comes first or not at all', async (_, what, status) => {
  const early = await invitedVisitor();
  const [accepted, changed] = await race(early.accept, () => change(what));
  expect([accepted.headers.get('location'), changed.status]).toEqual(['/enrol', status]);
  const late = await invitedVisitor();
  const [done, refused] = await race(() => change(what), late.accept);
  expect([done.status, refused.status]).toEqual([200, 410]);
});

test('of two who send it again at once both do, and one link is open', async () => {
  const other = await service.signedIn(it);
  await other.get(list);
  const pages = await race(
    () => change('resend'),
    () => other.post(`${list}/${guest}/resend`, csrfOf(other)),
  );
  expect(pages.map(({ status }) => status)).toEqual([200, 200]);
  expect((await invitations()).filter(({ open }) => open)).toHaveLength(1);
  expect((await service.visitor().get(await link())).status).toBe(200);
});

test.each(['resend', 'revoke'] as const)(
  'what was begun with an earlier link ends by %s, and its password is void',
  async (what) => {
    const { visitor, accept } = await invitedVisitor();
    await accept();
    expect((await visitor.get('/enrol')).path).toBe('/enrol');
    // As the attack had it: another link is open while the first one is being used.
    await service.dataSource.query(
      `insert into invitations (id, user_id, token_digest, created_at, expires_at)
       values (gen_random_uuid(), $1, '\\x00', $2, $2::timestamptz + interval '1 hour')`,
      [guest, service.clock.now()],
    );
    await change(what);
    expect((await visitor.get('/enrol')).path).toMatch(/^\/sign-in/);
    const again = service.visitor();
    await again.get('/sign-in');
    await again.submit({ email: noor, password });
    expect(again.page.status).toBe(422);
    await service.dataSource.query(`delete from invitations where token_digest = '\\x00'`);
  },
);

test('an invitation that ran out says so', async () => {
  await invitedVisitor();
  await service.dataSource.query(
    `update invitations set expires_at = $2 where user_id = $1 and used_at is null and revoked_at is null`,
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

test('of sending again and closing at once the account ends closed, without an open link', async () => {
  const closer = await service.signedIn(it);
  const path = `/admin/users/${guest}/close`;
  for (const order of ['close first', 'resend first']) {
    await service.dataSource.query('update users set closed_at = null where id = $1', [guest]);
    await ines.get(list);
    await closer.get(path);
    const close = () => closer.submit({}, path);
    const resend = () => change('resend');
    const pages = await (order === 'close first' ? race(close, resend) : race(resend, close));
    expect(pages.map(({ status }) => status)).toEqual(
      order === 'close first' ? [200, 404] : [200, 200],
    );
    expect((await invitations()).some(({ open }) => open)).toBe(false);
  }
});

test.each(['first', 'last'])('who closes the account %s leaves no way in', async (order) => {
  await service.dataSource.query('update users set closed_at = null where id = $1', [guest]);
  const { visitor, accept } = await invitedVisitor();
  const path = `/admin/users/${guest}/close`;
  await ines.get(path);
  const close = () => ines.submit({}, path);
  const [closed, accepted] =
    order === 'first'
      ? await race(close, accept)
      : ((await race(accept, close)).toReversed() as [typeof ines.page, Response]);
  expect([closed.status, accepted.status]).toEqual([200, order === 'first' ? 410 : 303]);
  expect((await visitor.get('/enrol')).path).toMatch(/^\/sign-in/);
});
