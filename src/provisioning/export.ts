import type { DataSource } from 'typeorm';
import { csvLine } from '../platform/csv.js';
import { lastDayOf } from './difference/changes.js';
import { type RowKind, rowKinds, shapes } from './rows.js';
import { grantedSql } from './state.query.js';

export type FileForm = 'yaml' | 'csv';

type Values = Record<string, string | string[] | null>;

/**
 * Writes the file that `plan` says is the same, in pieces of text: everything that is open and live.
 * Closed accounts, deleted applications and roles that are over are history, not description. A program
 * sees no operator staff (ADR 11).
 */
export async function* exportFile(
  dataSource: DataSource,
  form: FileForm,
  now: Date,
  { forProgram = false, domains }: { forProgram?: boolean; domains: boolean },
): AsyncGenerator<string> {
  const { head, section, row } = forms[form];
  yield head;
  for (const kind of rowKinds) {
    if (kind === 'domain' && !domains) continue;
    let first = true;
    for await (const rows of batches(dataSource, kind, now, !forProgram)) {
      yield (first ? section(kind) : '') + rows.map((values) => row(kind, values)).join('');
      first = false;
    }
    if (first) yield section(kind, true);
  }
}

const batch = 2_000;

async function* batches(
  dataSource: DataSource,
  kind: RowKind,
  now: Date,
  staff: boolean,
): AsyncGenerator<Values[]> {
  for (let last = ''; ;) {
    const rows = await dataSource.query<(Values & { sort: string; ends_at?: Date | null })[]>(
      `select * from (${queries[kind]}) q where q.sort > $2 collate "C"
       and $1::timestamptz is not null and $3::boolean is not null order by q.sort collate "C" limit ${batch}`,
      [now, last, staff],
    );
    yield rows.map(({ sort: _, ends_at, ...values }) =>
      ends_at === undefined ? values : { ...values, last_day: lastDayOf(ends_at) },
    );
    if (rows.length < batch) return;
    last = rows.at(-1)!.sort;
  }
}

function callbacksSql(which: string): string {
  return `array(select u.url from domain_urls u
    where u.domain_id = d.id and u.kind = 'callback' and ${which} order by u.url collate "C")`;
}

const queries: Record<RowKind, string> = {
  api: `
    select i.code as sort, i.code, i.name from apis i where i.deleted_at is null`,
  // Keyturn itself follows the settings.
  resource: `
    select r.scope as sort, r.scope, r.api_code as api, r.name, r.environment, r.audience,
      (r.token_seconds / 60)::text as token_minutes, r.token_format
    from resources r where r.deleted_at is null and not r.any_api`,
  custom_role: `
    select g.key as sort, g.key, g.name, g.level, g.permissions,
      nullif(g.description, '') as description, nullif(g.group_name, '') as "group",
      case when not g.active then 'off' end as state, g.ends_at
    from roles g where not g.built_in and ($3 or g.level <> 'platform')`,
  organisation: `
    select o.country || '/' || o.slug as sort, o.country, o.slug, o.name, o.ion,
      case when o.operator then 'yes' end as operator from organisations o`,
  application: `
    select o.country || '/' || o.slug || '/' || a.name as sort,
      o.country || '/' || o.slug as organisation, a.api_code as api, a.kind, a.name,
      case when a.disabled_at is not null then 'disabled' end as state,
      ${grantedSql} as resources
    from applications a join organisations o on o.id = a.organisation_id
    where a.deleted_at is null`,
  domain: `
    select a.name || ' ' || d.host as sort, a.name as application, d.host, d.name, d.environment,
      case when not d.active then 'no' end as active,
      case when d.allow_login then 'yes' end as sign_in,
      case when not d.allow_api then 'no' end as calls,
      case when d.is_primary then 'yes' end as primary, d.fallback_uri as fallback,
      case when d.server_ips <> '{}' then d.server_ips end as servers,
      ${callbacksSql('u.active')} as callbacks,
      nullif(${callbacksSql('not u.active')}, '{}') as callbacks_off
    from domains d join applications a on a.id = d.application_id
    where d.deleted_at is null and a.deleted_at is null`,
  user: `
    select u.email as sort, u.email, u.name, o.country || '/' || o.slug as organisation
    from users u left join organisations o on o.id = u.organisation_id
    where u.closed_at is null and ($3 or u.organisation_id is not null)`,
  role: `
    select u.email || ' ' || r.role || ' ' || coalesce(a.name, '') as sort, u.email as user, r.role,
      a.name as application, r.confirmed_by, r.confirmed_on::text, r.ends_at
    from role_assignments r join users u on u.id = r.user_id
    left join applications a on a.id = r.application_id
    where u.closed_at is null and ($3 or u.organisation_id is not null)
      and r.withdrawn_at is null and a.deleted_at is null
      and (r.ends_at is null or r.ends_at > $1)`,
};

const csvColumns = ['row', ...new Set(rowKinds.flatMap((kind) => Object.keys(shapes[kind])))];

const forms = {
  csv: {
    head: csvLine(csvColumns),
    section: () => '',
    row: (kind: RowKind, values: Values) =>
      csvLine(csvColumns.map((column) => (column === 'row' ? kind : csvText(values[column])))),
  },
  yaml: {
    head: '# Written by Keyturn. docs/provisioning.md describes the fields.\n',
    section: (kind: RowKind, empty = false) => `${kind}s:${empty ? ' []' : ''}\n`,
    row: (kind: RowKind, values: Values) => {
      const lines = Object.keys(shapes[kind])
        .filter((name) => values[name] !== null && values[name] !== undefined)
        .map((name) => `${name}: ${yamlText(values[name]!)}\n`);
      return `  - ${lines.join('    ')}`;
    },
  },
};

function csvText(value: string | string[] | null | undefined): string | null | undefined {
  return Array.isArray(value) ? value.join(' ') || 'none' : value;
}

/** Plain only where no reader of YAML could take it for anything but a text. */
function yamlText(value: string | string[]): string {
  if (Array.isArray(value)) return `[${value.map(yamlText).join(', ')}]`;
  const plain =
    /^[A-Za-z][A-Za-z0-9]*([ ./@_+-]+[A-Za-z0-9]+)*$/.test(value) &&
    !words.has(value.toLowerCase());
  return plain ? value : JSON.stringify(value);
}

/** Older YAML reads these as true, false or nothing. */
const words = new Set(['y', 'n', 'yes', 'no', 'on', 'off', 'true', 'false', 'null']);
