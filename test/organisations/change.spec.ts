import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Audit, theService } from '../../src/audit/audit.service.js';
import { Organisations } from '../../src/organisations/organisations.service.js';
import { FixedClock } from '../../src/platform/clock.js';
import { inTransaction } from '../../src/platform/database/tx.js';
import { Invalid, NotFound } from '../../src/platform/refusals.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
let organisations: Organisations;
const wish = { country: 'NL', name: 'Stichting Een', slug: 'Een', ion: '0011' };

beforeAll(async () => {
  database = await createTestDatabase();
  const clock = new FixedClock(new Date('2026-12-01T09:00:00Z'));
  organisations = new Organisations(database.dataSource, new Audit(clock), clock);
});
afterAll(() => database.drop());

const rows = () =>
  database.dataSource.query<{ name: string; slug: string }[]>(
    'select name, slug from organisations order by slug',
  );

describe('changing an organisation', () => {
  test('tells the audit what became what, and nothing when nothing is changed', async () => {
    const { id } = await organisations.create(theService, wish);
    await organisations.change(theService, id, { ...wish, name: ' Stichting Uno ', ion: '' });
    await organisations.change(theService, id, { ...wish, name: 'Stichting Uno', ion: '' });
    const events = await database.dataSource.query<unknown[]>(
      `select action, subject_name, detail from audit_events order by id`,
    );
    expect(events).toEqual([
      { action: 'organisation.create', subject_name: 'Stichting Een', detail: {} },
      {
        action: 'organisation.change',
        subject_name: 'Stichting Uno',
        detail: { name: 'Stichting Een → Stichting Uno', ion: '0011 → none' },
      },
    ]);
  });

  test('refuses what another one has, and an absent one', async () => {
    const other = await organisations.create(theService, { ...wish, slug: 'Twee', ion: '' });
    await expect(
      organisations.change(theService, other.id, { ...wish, slug: 'EEN' }),
    ).rejects.toEqual(
      new Invalid({ slug: 'Another organisation of this country has this short name.' }),
    );
    await expect(
      organisations.change(theService, '00000000-0000-4000-8000-000000000000', wish),
    ).rejects.toBeInstanceOf(NotFound);
  });

  test('within a transaction, what fails is undone and the rest goes on', async () => {
    const before = await rows();
    await inTransaction(database.dataSource, async (tx) => {
      await organisations.create(theService, { ...wish, slug: 'Drie', ion: '0033' }, tx);
      await expect(
        organisations.create(theService, { ...wish, slug: 'drie', ion: '' }, tx),
      ).rejects.toBeInstanceOf(Invalid);
    });
    expect(await rows()).toEqual([{ name: 'Stichting Een', slug: 'Drie' }, ...before]);

    const failing = inTransaction(database.dataSource, async (tx) => {
      await organisations.create(theService, { ...wish, slug: 'Vier', ion: '' }, tx);
      throw new Error('taken back');
    });
    await expect(failing).rejects.toThrow('taken back');
    expect(await rows()).toHaveLength(before.length + 1);
  });
});
