// What a token cannot be had without, each alone: one select through pg, one signature, one keyed
// digest. Asked by messages { part, seconds }, answers { count, micros } of CPU time.
import { createHmac, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import pg from 'pg';

const pool = new pg.Pool({ ...JSON.parse(process.argv[2]), max: 8 });
const { rows } = await pool.query('select id from secrets limit 1000');
const byPrimaryKey = {
  name: 'by primary key',
  text: 'select id, application_id, name, expires_at, disabled_at, deleted_at from secrets where id = $1',
};
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
// As long as the header and the claims of a token of ours.
const input = Buffer.from(randomBytes(420).toString('base64url'));
const signature = sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' });
const hashKey = randomBytes(32);
const value = randomBytes(39).toString('base64url');

const parts = {
  select: (at) => pool.query({ ...byPrimaryKey, values: [rows[at % rows.length].id] }),
  sign: () => sign('sha256', input, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  verify: () => verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature),
  hmac: () => createHmac('sha256', hashKey).update(value).digest(),
};

process.on('message', async ({ part, seconds }) => {
  const before = process.cpuUsage();
  const until = performance.now() + seconds * 1000;
  const count = part === 'select' ? await queries(until) : loop(parts[part], until);
  const { user, system } = process.cpuUsage(before);
  process.send({ count, micros: (user + system) / count });
});
console.log('{}');

function loop(work, until) {
  let count = 0;
  while (performance.now() < until) {
    for (let times = 0; times < 100; times++) work();
    count += 100;
  }
  return count;
}

/** As many at a time as the service has requests. */
async function queries(until) {
  let count = 0;
  const one = async () => {
    while (performance.now() < until) await parts.select((count += 1));
  };
  await Promise.all(Array.from({ length: 32 }, one));
  return count;
}
