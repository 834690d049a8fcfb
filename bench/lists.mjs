// node bench/lists.mjs [--applications 100000] [--times 5]
// The lists, searches, filters and orders of IT: the query of each page in milliseconds, median and
// largest. A few applications lack a manager or a secret that works, so that a filter has to find them.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findApplicationList } from '../dist/src/admin/applications-list.query.js';
import { findContacts } from '../dist/src/admin/contacts.query.js';
import { findInvitations } from '../dist/src/admin/invitations.query.js';
import { findOrganisations } from '../dist/src/admin/organisations.query.js';
import { findUsers } from '../dist/src/admin/users.query.js';
import { countEndingWeeks, countEnds } from '../dist/src/portal/all-ends.query.js';
import { findApplications } from '../dist/src/portal/credentials.query.js';
import { findEndingFirst } from '../dist/src/portal/ending-first.query.js';
import { findNarrowed } from '../dist/src/portal/narrowed.query.js';
import { buildDataSource } from '../dist/src/platform/database/data-source.js';
import { entities, migrations } from '../dist/src/schema.js';
import { inClient, openDatabase } from './world/database.mjs';
import { fillWith } from './world/fill.mjs';

const { values } = parseArgs({
  options: {
    applications: { type: 'string', default: '100000' },
    times: { type: 'string', default: '5' },
  },
});
const secrets = 10 * Number(values.applications);
const db = await openDatabase(fileURLToPath(new URL('results/data', import.meta.url)));
const database = await db.copy('lists', `of_${secrets}`, fillWith(secrets));
await inClient(db.connection(database), async (client) => {
  await client.query(`set session_replication_role = replica`);
  const few = `select md5('application' || n * 997)::uuid from generate_series(1, 30) n`;
  await client.query(
    `update role_assignments set withdrawn_at = now() where application_id in (${few})`,
  );
  await client.query(`update secrets set disabled_at = now() where application_id in (${few})`);
  await client.query(`update users set closed_at = now() where id in (select md5('user' || n * 991)::uuid
    from generate_series(1, 30) n)`);
  await client.query(`insert into mails (id, kind, user_id, to_name, to_address, subject,
    message_id, state, created_at, finished_at)
    select gen_random_uuid(), 'reminder', id, name, email, 'Refused', gen_random_uuid()::text, 'failed', now(), now()
    from users where id in (select md5('user' || n * 983)::uuid from generate_series(1, 30) n)`);
  await client.query('vacuum (analyze)');
});
const dataSource = await buildDataSource(
  db.connection(database),
  entities,
  migrations,
).initialize();
const now = new Date();
const applications = (filter, cursor) =>
  findApplicationList(
    dataSource,
    { q: '', organisation: '', api: '', show: '', order: 'name', ...filter },
    cursor,
    now,
  );
const organisations = (filter) =>
  findOrganisations(dataSource, { q: '', country: '', order: 'name', ...filter });
const users = (filter) =>
  findUsers(dataSource, { q: '', role: '', state: '', order: 'name', ...filter }, undefined, now);
const [{ id }] = await dataSource.query(`select id from users where organisation_id is null`);
const it = { id, it: true };
const farEnd = [new Date(now.getTime() + 150 * 86_400_000).toISOString(), id];
const home = async (after) => {
  const ids = await findEndingFirst(dataSource, it, now, after, 51);
  return findApplications(dataSource, it, now, { ids: ids.map((each) => each.id), limit: 50 });
};
const narrowed = async (filter) => {
  const rows = await findNarrowed(dataSource, it, now, { q: '', ...filter }, 51);
  return findApplications(dataSource, it, now, { ids: rows.map((each) => each.id), limit: 50 });
};
const far = { key: ['partner-nl-org45', 'ffffffff-ffff-ffff-ffff-ffffffffffff'], forward: true };

const lists = {
  applications: () => applications({}),
  '  a page far on': () => applications({}, far),
  '  newest first': () => applications({ order: 'new' }),
  '  of one API': () => applications({ api: 'DM' }),
  '  of an organisation': () => applications({ organisation: 'Org4321' }),
  '  disabled, none': () => applications({ show: 'disabled' }),
  '  without an active manager, few': () => applications({ show: 'no_manager' }),
  '    newest first': () => applications({ show: 'no_manager', order: 'new' }),
  '  without a secret that works, few': () => applications({ show: 'no_secret' }),
  '    newest first': () => applications({ show: 'no_secret', order: 'new' }),
  '    of one API': () => applications({ show: 'no_secret', api: 'DM' }),
  '  search, one fits': () => applications({ q: 'org43210-' }),
  '  search, none fits': () => applications({ q: 'nothing like it' }),
  '  search, many fit': () => applications({ q: 'org4' }),
  organisations: () => organisations({}),
  '  organisations, newest first': () => organisations({ order: 'new' }),
  '  organisations, of a country': () => organisations({ country: 'NL' }),
  '  organisations, search, one fits': () => organisations({ q: 'Org43210' }),
  '  organisations, search, none fits': () => organisations({ q: 'nothing like it' }),
  '  organisations, search, a client ID': () =>
    organisations({ q: '00000000-0000-4000-8000-000000000000' }),
  users: () => users({}),
  '  users, newest first': () => users({ order: 'new' }),
  '  users, of IT': () => users({ role: 'it' }),
  '  users, with no role': () => users({ role: 'none' }),
  '  users, closed': () => users({ state: 'closed' }),
  '  users, invited, none': () => users({ state: 'invited' }),
  '  users, search, one fits': () => users({ q: 'manager43210@' }),
  '  users, search, none fits': () => users({ q: 'nothing like it' }),
  'contacts to be looked after': () => findContacts(dataSource, 'any', undefined, now),
  '  mail refused, few': () => findContacts(dataSource, 'bounced', undefined, now),
  'IT at home: the first ends': () => home(undefined),
  '  a page far on in time': () => home(farEnd),
  '  and those of which nothing ends': () => home(['', '']),
  '  how many end soon, or have ended': () => countEnds(dataSource, it, now),
  '  what ends in each week': () => countEndingWeeks(dataSource, it, now),
  '  ending': () => narrowed({ show: 'ending' }),
  '  expired': () => narrowed({ show: 'expired' }),
  '  never used': () => narrowed({ show: 'never_used' }),
  '  cannot connect, few': () => narrowed({ show: 'cannot_connect' }),
  '  no credential manager, few': () => narrowed({ show: 'no_manager' }),
  '  search of all, few': () => narrowed({ q: 'org4321-' }),
  'open invitations': () => findInvitations(dataSource, undefined),
};

try {
  for (const [name, ask] of Object.entries(lists)) {
    const times = [];
    let rows;
    for (let n = 0; n <= Number(values.times); n++) {
      const begin = performance.now();
      rows = await ask().catch((error) => error.message);
      times.push(performance.now() - begin);
    }
    // The first one finds the pages of the table.
    const sorted = times.slice(1).sort((a, b) => a - b);
    const [median, largest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    const found = Array.isArray(rows) ? `${rows.length} rows` : rows;
    console.log(
      `${name.padEnd(40)}${median.toFixed(0).padStart(6)} ms, up to ${largest.toFixed(0)}; ${found}`,
    );
  }
} finally {
  await dataSource.destroy();
  await db.stop();
}
