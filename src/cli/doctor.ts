import type { DataSource } from 'typeorm';
import { SystemClock } from '../platform/clock.js';
import { type Config, ConfigurationError } from '../platform/config/config.js';
import { keysOf, loadConfig } from '../platform/config/load.js';
import { checkKeys, checkNothingIsLost } from '../platform/keys/key-checks.js';
import { mailerOf } from '../platform/mail/mailer-of.js';
import { openDatabase } from '../start.js';
import { command, print } from './command.js';
import { type OwnKey, ownKeys, textOf } from './own-keys.js';

/** What was found about one part, and what to do where it is not well. */
interface Finding {
  part: string;
  well: boolean;
  text: string;
  advice?: string;
}

const oldestServer = 140_000;

/** Codes are only right within half a minute, and reminders within their hour. */
const largestOffset = 2_000;

export const doctor = command(
  {
    name: 'doctor',
    summary:
      'Checks configuration, database, schema, keys, mail server and clock, and says what to do.',
    options: { json: { type: 'boolean', default: false } },
    details: `
  --json  prints one line [{"part","well","text","advice"},…]

Exit status: 0 when all is well, 1 when something is not.`,
  },
  async ({ json }) => {
    const findings = await examine();
    print(json ? JSON.stringify(findings) : findings.map(lineOf).join('\n'));
    return findings.every(({ well }) => well) ? 0 : 1;
  },
);

function lineOf({ part, well, text, advice }: Finding): string {
  const line = `${well ? 'ok   ' : 'WRONG'}  ${part}: ${text}`;
  return advice ? `${line}\n       ${advice}` : line;
}

async function examine(): Promise<Finding[]> {
  let config: Config;
  try {
    config = loadConfig('command');
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.problems.map((text) =>
      wrong('configuration', text, 'The file .env.example lists all settings.'),
    );
  }
  const findings = [fine('configuration', config.demo ? 'complete, of the demo' : 'complete')];
  return [...findings, ...(await database(config)), await mail(config)];
}

async function database(config: Config): Promise<Finding[]> {
  const where = config.DATABASE_URL ? 'DATABASE_URL' : 'the own one in DATA_DIR';
  let opened: Awaited<ReturnType<typeof openDatabase>>;
  try {
    opened = await openDatabase(config);
  } catch (error) {
    const advice = 'Is the server running, and may this machine and this account reach it?';
    return [wrong('database', reasonOf(error), advice)];
  }
  try {
    const { dataSource } = opened;
    return [
      await server(dataSource, where),
      ...(await schemaAndKeys(dataSource, config)),
      await clock(dataSource),
    ];
  } finally {
    await opened.stop();
  }
}

async function server(dataSource: DataSource, where: string): Promise<Finding> {
  const [row] = await dataSource.query<{ number: number; version: string }[]>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  );
  const text = `${where} answers, PostgreSQL ${row!.version}`;
  return row!.number >= oldestServer
    ? fine('database', text)
    : wrong('database', text, 'PostgreSQL 14 or newer is needed.');
}

async function schemaAndKeys(dataSource: DataSource, config: Config): Promise<Finding[]> {
  const [row] = await dataSource.query<{ there: boolean }[]>(
    `select to_regclass('public.migrations') is not null as there`,
  );
  const applied = row!.there
    ? await dataSource.query<{ name: string }[]>('select name from migrations')
    : [];
  const names = dataSource.migrations.map(
    (migration) => migration.name ?? migration.constructor.name,
  );
  const known = new Set(applied.map(({ name }) => name));
  const missing = names.filter((name) => !known.has(name));
  if (missing.length > 0) {
    const text = `${missing.length} of ${names.length} migrations are not applied`;
    return [
      wrong('schema', text, 'Start the service: it brings the schema up to date. Then ask again.'),
    ];
  }
  const newer = applied.length > names.length;
  const schema = newer
    ? wrong(
        'schema',
        'written by a newer version',
        'Install the version that the other instances run.',
      )
    : fine('schema', `up to date, ${names.length} migrations`);
  return [schema, ...(await keys(dataSource, config))];
}

async function keys(dataSource: DataSource, config: Config): Promise<Finding[]> {
  const configured = keysOf(config);
  try {
    await checkKeys(dataSource, configured);
    await checkNothingIsLost(dataSource, configured, new SystemClock().now());
  } catch (error) {
    return [wrong('keys', reasonOf(error))];
  }
  const old = (await ownKeys(dataSource)).filter(({ current }) => !current);
  return [fine('keys', 'those of this database'), ...old.map(oldKey)];
}

function oldKey({ kind, word, number, needs }: OwnKey): Finding {
  const text = `${kind} ${number} is not the current one, needed by ${textOf(needs)}`;
  if (needs.length > 0) return fine('keys', text);
  const advice = `Going on with a rotation: keyturn keys rotate ${word}. After one: keyturn keys remove ${word} ${number}.`;
  return { ...fine('keys', text), advice };
}

async function clock(dataSource: DataSource): Promise<Finding> {
  const system = new SystemClock();
  const asked = system.now().getTime();
  const [row] = await dataSource.query<{ now: Date }[]>('select clock_timestamp() as now');
  const answered = system.now().getTime();
  const offset = Math.round(row!.now.getTime() - (asked + answered) / 2);
  const text = `${Math.abs(offset)} ms ${offset < 0 ? 'ahead of' : 'behind'} the database's`;
  return Math.abs(offset) <= largestOffset
    ? fine('clock', text)
    : wrong('clock', text, 'Let both machines take their time from the same source (NTP).');
}

async function mail(config: Config): Promise<Finding> {
  const mailer = mailerOf(config, new SystemClock());
  try {
    await mailer.check();
    return fine('mail', `${mailer.description} answers`);
  } catch (error) {
    const advice =
      'Check SMTP_URL: host, port, user and password, and whether a firewall stands between.';
    return wrong('mail', `${mailer.description}: ${reasonOf(error)}`, advice);
  } finally {
    await mailer.close();
  }
}

const fine = (part: string, text: string): Finding => ({ part, well: true, text });
const wrong = (part: string, text: string, advice?: string): Finding => ({
  part,
  well: false,
  text,
  advice,
});

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
