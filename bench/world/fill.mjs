// A world of any size, by set-based SQL: two applications per organisation, ten secrets per
// application, two granted resources, one credential manager per organisation.

/** @param {number} secrets */
export function fillWith(secrets) {
  const applications = secrets / 10;
  const fill = async (client) => {
    // Superuser: no triggers and no foreign keys while rows are poured in.
    await client.query(`set session_replication_role = replica; set synchronous_commit = off`);
    for (const statement of statements) {
      await client.query(statement.replaceAll(':applications', String(applications)));
    }
    await client.query('vacuum (analyze)');
  };
  return Object.assign(fill, { text: statements.join() });
}

/** The same identifiers in every world. */
const id = (kind, number) => `md5('${kind}' || ${number})::uuid`;

const statements = [
  `insert into organisations (id, country, name, slug, created_at)
   select ${id('organisation', 'n')}, 'NL', 'Organisation ' || n, 'Org' || n, now() - interval '1 year'
   from generate_series(0, :applications / 2) n`,
  `insert into users (id, organisation_id, email, name, created_at, activated_at)
   select ${id('user', 'n')}, ${id('organisation', 'n')}, 'manager' || n || '@org.example',
     'Manager ' || n, now() - interval '1 year', now() - interval '1 year'
   from generate_series(0, :applications / 2) n`,
  `insert into users (id, email, name, created_at, activated_at)
   values (${id('user', `'it'`)}, 'it@keyturn.example', 'Operator', now(), now())`,
  `insert into role_assignments (id, user_id, role, granted_at)
   values (gen_random_uuid(), ${id('user', `'it'`)}, 'it', now() - interval '1 day')`,
  `insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name,
     created_at)
   select ${id('application', 'n')}, ${id('client', 'n')}, ${id('organisation', 'n / 2')}, 'partner',
     'NL', 'Org' || n / 2, api, 'Partner-NL-Org' || n / 2 || '-' || api, now() - interval '300 days'
   from (select n, case n % 2 when 0 then 'SMC' else 'DM' end as api
     from generate_series(0, :applications - 1) n) each`,
  `insert into grants (application_id, resource_id, granted_at)
   select a.id, r.id, a.created_at from applications a join resources r on r.api_code = a.api_code
   where r.name <> 'Match-Connect'`,
  `insert into role_assignments (id, user_id, role, organisation_id, application_id, confirmed_by,
     confirmed_on, granted_at)
   select gen_random_uuid(), ${id('user', 'n / 2')}, 'credential_manager',
     ${id('organisation', 'n / 2')}, ${id('application', 'n')}, 'Somebody', current_date,
     now() - interval '300 days'
   from generate_series(0, :applications - 1) n`,
  // Of ten secrets one is deleted; nothing is near its end, so no reminder is due.
  `insert into secrets (id, application_id, name, hint, digest, key_number, created_by, created_at,
     expires_at, deleted_at)
   select ${id('secret', 'n')}, ${id('application', 'n / 10')}, 'Secret ' || n % 10,
     substr(md5(n::text), 1, 3), sha256(n::text::bytea), 1, ${id('user', 'n / 20')},
     now() - interval '1 day' * (1 + n % 50), now() + interval '1 day' * (100 + n % 200),
     case n % 10 when 9 then now() end
   from generate_series(0, :applications * 10 - 1) n`,
];
