// Domains for clients of a world, and one user who is connected with each of their applications.
import { inClient } from './database.mjs';

const sub = '4503599627370497';
const host = (at) => `client${at}.example`;

/**
 * Gives each client a live domain with a list of servers, its secret linked to it, and a user to read.
 * @returns {Promise<object[]>} what each of them asks, as autocannon takes it
 */
export async function domainsOf(db, { database, clients }) {
  await inClient(db.connection(database), async (client) => {
    await client.query(`set session_replication_role = replica`);
    const values = [clients.map((each) => each.clientId), clients.map((_, at) => host(at))];
    for (const statement of statements) await client.query(statement, values);
    await client.query('vacuum (analyze)');
  });
  return clients.map(({ clientId, value }, at) => ({
    method: 'POST',
    path: '/api/get/user/info',
    headers: {
      ...{ 'content-type': 'application/json', 'x-forwarded-proto': 'https' },
      ...{ 'x-client-id': clientId, 'x-client-secret': value, 'x-client-domain': host(at) },
    },
    body: JSON.stringify({ sub, redirect_url: `https://${host(at)}/` }),
  }));
}

/** Each knows all values, so that each can be asked for with the same. */
const given = `with given as (select a.id as application_id, n.host
    from unnest($1::uuid[], $2::text[]) n (client_id, host) join applications a using (client_id))`;

const statements = [
  `${given} insert into domains (id, application_id, host, name, environment, server_ips, created_at)
   select md5(host)::uuid, application_id, host, host, 'live', '{127.0.0.0/8,2001:db8::/32}', now()
   from given on conflict do nothing`,
  `${given} insert into secret_domains (secret_id, domain_id, application_id)
   select s.id, d.id, d.application_id from given g join domains d using (host)
   join secrets s on s.application_id = d.application_id on conflict do nothing`,
  `${given} insert into grants (application_id, resource_id, scopes, granted_at)
   select distinct g.application_id, r.id, r.scopes, now() from given g, resources r
   where r.scope = 'sign-in' on conflict do nothing`,
  `${given}, reader as (select id from users where closed_at is null order by email limit 1),
   named as (insert into subjects select ${sub}, id from reader on conflict do nothing)
   insert into client_users (application_id, user_id, scopes, connected_at, last_sign_in_at)
   select distinct g.application_id, reader.id, '{userinfo}'::text[], now(), now()
   from given g, reader on conflict do nothing`,
];
