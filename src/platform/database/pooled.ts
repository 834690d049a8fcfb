import type { DataSource } from 'typeorm';

/** What every connection must have, and what a role is given so that it does. */
const wanted = [
  {
    name: 'TimeZone',
    value: 'UTC',
    fits: (text: string) => /^(Etc\/)?(UTC|UCT|Zulu)$/i.test(text),
  },
  { name: 'statement_timeout', value: '5s', fits: isLimit },
  { name: 'lock_timeout', value: '2s', fits: isLimit },
  { name: 'idle_in_transaction_session_timeout', value: '30s', fits: isLimit },
];

/**
 * Behind a pooler that hands connections over between transactions the role must have what a
 * connection otherwise asks for itself: days are UTC days also in SQL, and nothing waits for ever.
 * @throws Error with the statements that are to be run once
 */
export async function checkPooled(dataSource: DataSource): Promise<void> {
  const columns = wanted.map(({ name }) => `current_setting('${name}') as "${name}"`);
  const [row] = await dataSource.query<Record<string, string>[]>(
    `select ${columns.join(', ')}, quote_ident(current_user) as role`,
  );
  const missing = wanted.filter(({ name, fits }) => !fits(row![name]!));
  if (missing.length === 0) return;
  const statements = missing.map(
    ({ name, value }) => `  alter role ${row!.role} set ${name} = '${value}';`,
  );
  throw new Error(
    [
      'DATABASE_POOLER: behind a pooler the role itself needs these settings. Run once, and let the pooler reconnect:',
      ...statements,
    ].join('\n'),
  );
}

/** `0` stands for none. */
function isLimit(text: string): boolean {
  return text !== '0';
}
