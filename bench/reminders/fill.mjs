// Secrets, their applications and managers, as of one morning.

/** The morning of the run. */
export const morning = '2027-06-01T07:00:00Z';

/**
 * Four secrets to an application, each application with one manager; 12 of 100 secrets end within six
 * weeks and were reminded about in time, 10 ended long ago and were reported. On top, `due` secrets end
 * in five days: one mail each, to as many people. Nothing else is due: no end is 21 or 42 days ahead.
 * @param {number} secrets
 * @param {number} due at most a quarter of them
 */
export const fillWith = (secrets, due) => async (client) => {
  const applications = Math.ceil(secrets / 4);
  const organisations = Math.ceil(applications / 10);
  const id = (kind, n) => `(lpad('${kind}', 8, '0') || lpad(to_hex(${n}), 24, '0'))::uuid`;
  await client.query(`
    insert into organisations (id, country, name, slug, created_at)
    select ${id(1, 'n')}, 'NL', 'Stichting ' || n, 'Org' || n, '2026-01-01'
    from generate_series(1, ${organisations}) n`);
  await client.query(`
    insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name, created_at)
    select ${id(2, 'n')}, ${id(9, 'n')}, ${id(1, `1 + n % ${organisations}`)}, 'partner', 'NL',
      'Org' || n, 'SMC', 'Partner-NL-Org' || n || '-SMC', '2026-01-01'
    from generate_series(1, ${applications}) n`);
  await client.query(`
    insert into users (id, organisation_id, email, name, created_at, activated_at)
    select ${id(3, 'n')}, ${id(1, `1 + n % ${organisations}`)}, 'manager' || n || '@example.org',
      'Manager ' || n, '2026-01-01', '2026-01-01'
    from generate_series(1, ${applications}) n`);
  await client.query(`
    insert into role_assignments (id, user_id, role, organisation_id, application_id, confirmed_by,
      confirmed_on, granted_at)
    select ${id(4, 'n')}, ${id(3, 'n')}, 'credential_manager', ${id(1, `1 + n % ${organisations}`)},
      ${id(2, 'n')}, 'the board', '2026-01-01', '2026-01-01'
    from generate_series(1, ${applications}) n`);
  await client.query(`
    insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at,
      last_used_at, end_told_at)
    select ${id(5, 'n')}, ${id(2, `1 + n % ${applications}`)}, 'Key ' || n, 'a7K',
      sha256(int8send(n)), 1, expires_at - interval '180 days', expires_at, '2027-05-30',
      case when expires_at < '${morning}' then expires_at end
    from (select n, date '2027-06-01' + case
        when n <= ${due} then 6
        when n % 100 < 12 then 9 + coalesce(nullif((n / 100) % 33, 13), 0)
        when n % 100 < 22 then -(n / 100) % 150
        else 50 + (n / 100) % 300 end + time '00:00' at time zone 'UTC' as expires_at
      from generate_series(1, ${secrets}) n) s`);
  await client.query(`
    insert into reminders (id, secret_id, milestone, recipient_id, address, day, state, attempts,
      server_answer, planned_at, attempted_at)
    select gen_random_uuid(), s.id, m.milestone, r.user_id, 'somebody@example.org', '2027-05-25', 'sent',
      1, '250 ok', '2027-05-25', '2027-05-25'
    from secrets s join role_assignments r on r.application_id = s.application_id
      join (values ('42', 42), ('21', 21), ('7', 7), ('6', 6)) m (milestone, days)
        on s.expires_at <= '2027-06-02'::date + m.days
    where s.expires_at > '${morning}'`);
  await client.query('vacuum analyze');
};
