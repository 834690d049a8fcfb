import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Actor, theService } from '../../src/audit/audit.service.js';
import { Domain } from '../../src/domains/domain.entity.js';
import { Domains, mostDomains, mostUrls } from '../../src/domains/domains.service.js';
import type { DomainWish } from '../../src/domains/domain-values.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../../src/platform/refusals.js';
import { Programs } from '../api/cast.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';

let service: TestApp;
let domains: Domains;
let own: string;
let foreign: string;
const people: Record<string, Actor> = {};

beforeAll(async () => {
  service = await startTestApp();
  domains = service.app.get(Domains, { strict: false });
  [own, foreign] = [await idOf('Partner-NL-Matchpunt-SMC'), await idOf('Partner-GB-LaneTrust-SMC')];
  const users = await service.dataSource.query<(Actor & { email: string })[]>(
    `select id, name, email, '192.0.2.7' as address from users`,
  );
  for (const { email, ...actor } of users) people[email.split('@')[0]!] = actor;
});
afterAll(() => service.close());

async function one<T>(sql: string, ...values: unknown[]): Promise<T> {
  const [row] = await service.dataSource.query<{ value: T }[]>(sql, values);
  return row!.value;
}

const idOf = (name: string) =>
  one<string>('select id as value from applications where name = $1', name);

const wish = (host: string, more: Partial<DomainWish> = {}): DomainWish => ({
  ...{ host, name: 'Shop', environment: 'live' },
  ...more,
});

const made = async (host: string, more: Partial<DomainWish> = {}) => {
  const { id } = await domains.create(people.anna!, own, wish(host, more));
  return { applicationId: own, domainId: id };
};

const found = (id: string) => service.dataSource.getRepository(Domain).findOneByOrFail({ id });

async function problems(work: Promise<unknown>): Promise<string[]> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Invalid);
  return Object.keys((error as Invalid).fields).sort();
}

describe('who keeps domains', () => {
  test('the credential managers of the application, and IT', async () => {
    const { id } = await domains.create(people.anna!, own, wish('Www.Who.example.:443'));
    const place = { applicationId: own, domainId: id };
    await domains.change(people.ines!, place, { name: 'Ours' });
    expect(await found(id)).toMatchObject({ host: 'who.example', name: 'Ours', allowApi: true });
    const events = await service.dataSource.query<unknown[]>(
      `select action, actor_name as by, detail from audit_events
       where subject_id = $1 and application_id = $2 order by id`,
      [id, own],
    );
    expect(events).toEqual([
      {
        ...{ action: 'domain.create', by: 'Anna Visser' },
        detail: { host: 'who.example', environment: 'live' },
      },
      {
        ...{ action: 'domain.change', by: 'Inês Carvalho' },
        detail: { name: 'Shop → Ours' },
      },
    ]);
  });

  test('those who only see are told so; to others it does not exist', async () => {
    const place = await made('seen.example');
    const change = (user: Actor, at = place) => domains.change(user, at, { name: 'Theirs' });
    await expect(change(people.olga!)).rejects.toThrow(Forbidden);
    await expect(change(people.grace!)).rejects.toThrow(NotFound);
    await expect(domains.create(people.grace!, own, wish('a.example'))).rejects.toThrow(NotFound);
    // A domain is only found in its own application.
    await expect(
      domains.delete(people.grace!, { ...place, applicationId: foreign }),
    ).rejects.toThrow(NotFound);
    expect((await found(place.domainId)).name).toBe('Shop');
  });

  test('a program, of its own application alone, unless it provisions', async () => {
    const machine = { applicationId: foreign, secretId: own };
    const program: Actor = { ...theService, machine };
    await expect(domains.create(program, own, wish('p.example'))).rejects.toThrow(NotFound);
    await domains.create(program, own, wish('p.example'), { asIt: true });
    await domains.create(program, foreign, wish('p.example'));
  });
});

describe('what a domain is', () => {
  test('bad input is told at its field, all of it at once', async () => {
    const bad = { name: ' ', environment: 'prod', serverIps: ['10.0.0.0/40'] };
    const many = Array.from({ length: 51 }, (_each, at) => `192.0.2.${at}`);
    expect(await problems(domains.create(people.anna!, own, wish('127.0.0.1', bad)))).toEqual([
      ...['environment', 'host', 'name', 'serverIps'],
    ]);
    expect(await problems(made('a.localhost'))).toEqual(['environment']);
    expect(await problems(made('x.example', { fallbackUri: 'http://x.example' }))).toEqual([
      'fallbackUri',
    ]);
    expect(await problems(made('x.example', { serverIps: many }))).toEqual(['serverIps']);
  });

  test('a host is once in an application, in whatever spelling, and free again when deleted', async () => {
    const place = await made('once.example');
    expect(await problems(made('WWW.once.example:8443'))).toEqual(['host']);
    await domains.delete(people.anna!, place);
    expect(await found(place.domainId)).toMatchObject({ deletedBy: people.anna!.id });
    await expect(domains.change(people.anna!, place, { name: 'x' })).rejects.toThrow(NotFound);
    await made('once.example');
    const frozen = service.dataSource.query(`update domains set host = 'b.example'`);
    await expect(frozen).rejects.toThrow(/never changes/);
  });

  test('one is primary; addresses of servers are kept in one form; what is absent stays', async () => {
    const first = await made('first.example', { isPrimary: true });
    const second = await made('second.example', {
      ...{ isPrimary: true, serverIps: ['2001:DB8::/32', '::ffff:192.0.2.9', '192.0.2.9'] },
    });
    expect(await found(first.domainId)).toMatchObject({ isPrimary: false });
    await domains.change(people.anna!, first, { isPrimary: true, name: undefined });
    expect(await found(second.domainId)).toMatchObject({
      ...{ isPrimary: false, serverIps: ['2001:db8::/32', '192.0.2.9'], name: 'Shop' },
    });
    const twice = `update domains set is_primary = true where application_id = $1`;
    await expect(service.dataSource.query(twice, [own])).rejects.toThrow(/domains_primary_key/);
  });

  test('what changes nothing leaves no trace', async () => {
    const place = await made('still.example');
    await domains.change(people.anna!, place, { name: 'Shop', serverIps: [] });
    const count = `select count(*)::int as value from audit_events where subject_id = $1`;
    expect(await one<number>(count, place.domainId)).toBe(1);
  });

  test('parallel creations stop at the limit', async () => {
    const there = await one<number>(
      `select count(*)::int as value from domains where application_id = $1 and deleted_at is null`,
      foreign,
    );
    for (let at = there; at < mostDomains - 1; at++) {
      await domains.create(people.grace!, foreign, wish(`d${at}.example`));
    }
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from applications where id = $1 for update', [foreign]);
    const all = Promise.allSettled(
      ['x.example', 'y.example', 'z.example'].map((host) =>
        domains.create(people.grace!, foreign, wish(host)),
      ),
    );
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const refused = (await all).flatMap((each) =>
      each.status === 'rejected' ? [each.reason as unknown] : [],
    );
    expect(refused).toEqual([expect.any(Conflict), expect.any(Conflict)]);
  });
});

describe('addresses of a domain', () => {
  test('are kept as they were typed, once of each kind, and switched', async () => {
    const place = await made('urls.example', { environment: 'test' });
    const url = 'http://localhost:3000/back?x=1';
    const id = await domains.addUrl(people.anna!, place, { kind: 'callback', url: ` ${url} ` });
    expect(await problems(domains.addUrl(people.anna!, place, { kind: 'callback', url }))).toEqual([
      'url',
    ]);
    expect(await problems(domains.addUrl(people.anna!, place, { kind: 'webhook', url }))).toEqual([
      'url',
    ]);
    await domains.switchUrl(people.anna!, place, id, false);
    const row = `select url || ' ' || active as value from domain_urls where id = $1`;
    expect(await one<string>(row, id)).toBe(`${url} false`);
    // What a live domain cannot have keeps it a test domain.
    expect(await problems(domains.change(people.anna!, place, { environment: 'live' }))).toEqual([
      'environment',
    ]);
    const other = await made('urls-2.example');
    await expect(domains.removeUrl(people.anna!, other, id)).rejects.toThrow(NotFound);
    await domains.removeUrl(people.anna!, place, id);
    await domains.change(people.anna!, place, { environment: 'live' });
  });

  test('are limited in number', async () => {
    const place = await made('many.example');
    const add = (at: number) =>
      domains.addUrl(people.anna!, place, { kind: 'callback', url: `https://many.example/${at}` });
    for (let at = 0; at < mostUrls; at++) await add(at);
    await expect(add(mostUrls)).rejects.toThrow(Conflict);
  });
});

describe('secrets of a domain', () => {
  test('are linked and taken off, and never those of another application', async () => {
    const programs = new Programs(service);
    const mine = await programs.secret(own);
    const theirs = await programs.secret(foreign);
    const place = await made('links.example');
    await domains.link(people.anna!, place, mine.secretId);
    await domains.link(people.anna!, place, mine.secretId);
    await expect(domains.link(people.anna!, place, theirs.secretId)).rejects.toThrow(NotFound);
    const links = `select count(*)::int as value from secret_domains where domain_id = $1`;
    expect(await one<number>(links, place.domainId)).toBe(1);
    for (const application of [own, foreign]) {
      const row = [theirs.secretId, place.domainId, application];
      const byHand = service.dataSource.query(
        'insert into secret_domains values ($1, $2, $3)',
        row,
      );
      await expect(byHand).rejects.toThrow(/secret_domains_(secret|domain)_fkey/);
    }
    await domains.unlink(people.anna!, place, mine.secretId);
    expect(await one<number>(links, place.domainId)).toBe(0);
  });
});
