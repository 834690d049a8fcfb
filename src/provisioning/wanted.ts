import type { ApplicationKind } from '../applications/application-name.js';
import { checkedDomain, type DomainValues } from '../domains/domain-values.js';
import { problemOfUrl } from '../domains/web-address.js';
import type { TokenFormat } from '../applications/application.entity.js';
import { checkedApi, checkedResource, checkedTokens } from '../applications/resource-values.js';
import { isRoleKey } from '../applications/role-key.js';
import { checkedNewRole, type RoleValues } from '../applications/role-values.js';
import { checkedTerms } from '../applications/role-terms.js';
import { checkedOrganisation } from '../organisations/organisation-values.js';
import { t, wordsOf } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { parseUtcDay, type UtcDay } from '../platform/utc-day.js';
import { type Level, levels } from '../users/permissions.js';
import { checkedUser } from '../users/user-values.js';
import {
  type Cell,
  isList,
  type Item,
  type Position,
  type Problem,
  type RawRow,
  type RowKind,
  shapes,
} from './rows.js';

/*
 * What the file asks for, row by row, after everything that can be judged without the database. The
 * rules are those of the features.
 */

export interface WantedApi {
  at: Position;
  code: string;
  name: string;
}

export interface WantedResource {
  at: Position;
  /** How it is found again. */
  scope: string;
  name: string;
  api: Item;
  environment: Item;
  audience: Item;
  /** How long its tokens live, and in which form; absent where the file leaves that as it is. */
  minutes?: number;
  format?: TokenFormat;
}

/** A role that IT makes, with all its permissions. */
export interface WantedCustomRole {
  at: Position;
  key: string;
  level: Level;
  active: boolean;
  values: RoleValues;
}

export interface WantedOrganisation {
  at: Position;
  /** `NL/matchpunt`: how it is found again. */
  key: string;
  /** The same of its name until now, where the file changes its country or short name. */
  formerKey?: string;
  /** Of those who run the service; absent where the file does not say. */
  operator?: boolean;
  country: string;
  slug: string;
  name: string;
  ion: string | null;
}

export interface WantedApplication {
  at: Position;
  organisation: Item;
  kind: ApplicationKind;
  api: Item;
  /** Of an application that exists; a new one's name is built from its parts (A3). */
  name?: Item;
  disabled: boolean;
  /** As `grantedSql` names them; absent where the file does not speak of them. */
  resources?: Item[];
}

export interface WantedDomain {
  at: Position;
  application: Item;
  /** As hosts are compared. */
  host: string;
  values: DomainValues;
  /** Absent where the file does not speak of them. */
  callbacks?: WantedCallback[];
}

export interface WantedCallback {
  url: string;
  active: boolean;
}

export interface WantedUser {
  at: Position;
  email: string;
  name: string;
  /** Absent for operator staff. */
  organisation?: Item;
}

export interface WantedRole {
  at: Position;
  user: Item;
  role: string;
  application?: Item;
  /** Both, or neither where the file leaves the confirmation as it is. */
  confirmedBy?: string;
  confirmedOn?: string;
  lastDay: UtcDay | null;
}

export interface Wanted {
  apis: WantedApi[];
  resources: WantedResource[];
  customRoles: WantedCustomRole[];
  organisations: WantedOrganisation[];
  applications: WantedApplication[];
  domains: WantedDomain[];
  users: WantedUser[];
  roles: WantedRole[];
}

/** `NL/Matchpunt` and `NL/MATCHPUNT` are the same organisation (A4). */
export function organisationKey(text: string): string {
  const [country = '', slug = ''] = text.split('/');
  return `${country}/${slug.toLowerCase()}`;
}

/** Applies the rules to each row. A row with a problem is not in the result. */
export function wantedOf(rows: RawRow[], today: UtcDay): { wanted: Wanted; problems: Problem[] } {
  const wanted: Wanted = {
    apis: [],
    resources: [],
    customRoles: [],
    organisations: [],
    applications: [],
    domains: [],
    users: [],
    roles: [],
  };
  const problems: Problem[] = [];
  for (const raw of rows) {
    const row = new Row(raw, problems);
    row.checkShape();
    if (raw.kind === 'api') row.keep(wanted.apis, apiOf(row));
    if (raw.kind === 'resource') row.keep(wanted.resources, resourceOf(row));
    if (raw.kind === 'custom_role') row.keep(wanted.customRoles, customRoleOf(row, today));
    if (raw.kind === 'organisation') row.keep(wanted.organisations, organisationOf(row));
    if (raw.kind === 'application') row.keep(wanted.applications, applicationOf(row));
    if (raw.kind === 'domain') row.keep(wanted.domains, domainOf(row));
    if (raw.kind === 'user') row.keep(wanted.users, userOf(row));
    if (raw.kind === 'role') row.keep(wanted.roles, roleOf(row, today));
  }
  return { wanted, problems };
}

function apiOf(row: Row): WantedApi {
  const wish = { code: row.text('code'), name: row.text('name') };
  return { at: row.at, ...wish, ...row.ruled(() => checkedApi(wish)) };
}

function resourceOf(row: Row): WantedResource {
  const [api, environment, audience] = [
    row.needed('api'),
    row.needed('environment'),
    row.needed('audience'),
  ];
  const wish = { name: row.text('name'), scope: row.text('scope') };
  const given = { apiCode: api.text, environment: environment.text, audience: audience.text };
  // Whether an audience is the service's own is compared with the database.
  const checked = row.ruled(() => checkedResource({ ...wish, ...given }, () => false));
  const [minutes, format] = [row.text('token_minutes'), row.text('token_format')];
  const tokens = row.ruled(() =>
    checkedTokens({ minutes: minutes || '60', format: format || 'jwt' }),
  );
  return {
    at: row.at,
    ...wish,
    ...(checked && { name: checked.name }),
    ...{ api, environment, audience },
    ...(minutes && { minutes: tokens?.minutes }),
    ...(format && { format: tokens?.format }),
  };
}

function customRoleOf(row: Row, today: UtcDay): WantedCustomRole {
  const [key, name, description, group] = [
    row.text('key'),
    row.text('name'),
    row.text('description'),
    row.text('group'),
  ];
  const level = row.choice('level', levels);
  const active = row.choice('state', ['active', 'off'] as const) === 'active';
  const lastDay = row.text('last_day');
  // One that is over stays in the file.
  const judged = lastDay < today && parseUtcDay(lastDay) ? '' : lastDay;
  const permissions = (row.items('permissions') ?? []).map(({ text }) => text);
  const wish = { key, level, name, description, group, permissions, lastDay: judged };
  const checked = row.ruled(() => checkedNewRole(wish, today));
  const values = {
    name: checked?.name ?? name,
    description: checked?.description ?? description,
    group: checked?.groupName ?? group,
    permissions: checked?.permissions ?? permissions,
    lastDay,
  };
  return { at: row.at, key, level, active, values };
}

function organisationOf(row: Row): WantedOrganisation {
  const { country, slug, name } = {
    country: row.text('country'),
    slug: row.text('slug'),
    name: row.text('name'),
  };
  const checked = row.ruled(() =>
    checkedOrganisation({ country, slug, name, ion: row.text('ion') }),
  );
  const key = organisationKey(`${country}/${slug}`);
  const former = row.organisation('formerly');
  const formerKey = former && organisationKey(former.text);
  return {
    at: row.at,
    key,
    // Written in other letters it is still the same name.
    ...(formerKey !== key && { formerKey }),
    operator: row.flag('operator'),
    country,
    slug,
    name,
    ion: null,
    ...checked,
  };
}

function applicationOf(row: Row): WantedApplication {
  const kind = row.choice('kind', ['partner', 'partner_alternative'] as const);
  const api = row.needed('api');
  if (kind === 'partner_alternative' && api.text !== 'SMC') {
    row.complain('api', t`A PartnerAlternative application is always for SMC.`);
  }
  return {
    at: row.at,
    organisation: row.organisation() ?? row.needed('organisation'),
    kind,
    api,
    name: row.item('name'),
    disabled: row.choice('state', ['enabled', 'disabled'] as const) === 'disabled',
    resources: row.items('resources'),
  };
}

/** A flag that is absent is as for a domain that is added on the pages. */
function domainOf(row: Row): WantedDomain | undefined {
  const checked = row.ruled(() =>
    checkedDomain({
      ...{ host: row.text('host'), name: row.text('name') },
      environment: row.choice('environment', ['live', 'test'] as const),
      active: row.flag('active') ?? true,
      allowLogin: row.flag('sign_in') ?? false,
      allowApi: row.flag('calls') ?? true,
      isPrimary: row.flag('primary') ?? false,
      serverIps: (row.items('servers') ?? []).map(({ text }) => text),
      fallbackUri: row.text('fallback') || null,
    }),
  );
  if (!checked) return undefined;
  const { host, ...values } = checked;
  const callbacks = callbacksOf(row, values);
  return { at: row.at, application: row.needed('application'), host, values, callbacks };
}

/** Those that are active, and those that are not. */
function callbacksOf(row: Row, { environment }: DomainValues): WantedCallback[] | undefined {
  const [on, off] = [row.items('callbacks'), row.items('callbacks_off')];
  if (!on && !off) return undefined;
  for (const each of [...(on ?? []), ...(off ?? [])]) {
    const problem = problemOfUrl(each.text, 'callback', environment);
    if (problem) row.complainOf(each, wordsOf(problem));
  }
  for (const each of off ?? []) {
    if (on?.some(({ text }) => text === each.text)) row.complainOf(each, namedTwice(each));
  }
  const listed = (items: Item[] | undefined, active: boolean) =>
    (items ?? []).map(({ text }) => ({ url: text, active }));
  return [...listed(on, true), ...listed(off, false)];
}

function userOf(row: Row): WantedUser {
  const wish = { email: row.text('email'), name: row.text('name') };
  const checked = row.ruled(() => checkedUser(wish));
  return { at: row.at, ...wish, ...checked, organisation: row.organisation() };
}

function roleOf(row: Row, today: UtcDay): WantedRole {
  // Whether there is such a role is compared with the database.
  const role = row.text('role') || 'credential_manager';
  if (!isRoleKey(role)) {
    const shown = role.slice(0, 40);
    row.complain('role', t`There is no role "${shown}", neither in this file nor in Keyturn.`);
  }
  const application = row.item('application');
  if (role === 'credential_manager' && !application) {
    row.complain('role', t`For which application? Write its name into "application".`);
  }
  if ((role === 'org_admin' || role === 'it') && application) {
    row.complain('application', t`Only a credential manager has an application.`);
  }
  const [confirmedBy, confirmedOn, lastDay] = ['confirmed_by', 'confirmed_on', 'last_day'].map(
    (name) => row.text(name) || undefined,
  );
  const last = lastDay === undefined ? null : parseUtcDay(lastDay);
  if (last === undefined) row.complain('last_day', t`A day is written like 2027-01-31.`);
  // Whether a role may end so early is judged where it is given: one that is over stays in the file.
  if (confirmedBy ?? confirmedOn)
    row.ruled(() =>
      checkedTerms({ confirmedBy, confirmedOn }, today, role === 'it' ? 'platform' : 'application'),
    );
  const user = row.needed('user');
  return {
    at: row.at,
    user: { ...user, text: user.text.toLowerCase() },
    role,
    application,
    confirmedBy,
    confirmedOn,
    lastDay: last ?? null,
  };
}

/** Fields that the features name otherwise. */
const fieldNames: Record<string, string> = {
  apiCode: 'api',
  minutes: 'token_minutes',
  format: 'token_format',
  confirmedBy: 'confirmed_by',
  confirmedOn: 'confirmed_on',
  lastDay: 'last_day',
  serverIps: 'servers',
  fallbackUri: 'fallback',
};

class Row {
  private good = true;
  /** Fields with a problem; the first one says most. */
  private readonly told = new Set<string>();

  constructor(
    private readonly raw: RawRow,
    private readonly problems: Problem[],
  ) {}

  get at(): Position {
    return this.raw.at;
  }

  complain(field: string, text: string): void {
    this.good = false;
    if (this.told.has(field)) return;
    this.told.add(field);
    this.problems.push({ ...(this.cell(field)?.at ?? this.at), text });
  }

  /** Of one entry of a list. */
  complainOf({ at }: Item, text: string): void {
    this.good = false;
    this.problems.push({ ...at, text });
  }

  keep<T>(list: T[], wanted: T | undefined): void {
    if (this.good && wanted) list.push(wanted);
  }

  /** Known fields alone, the needed ones there, lists where lists belong. */
  checkShape(): void {
    const { kind, cells } = this.raw;
    const shape = shapes[kind];
    for (const [name, { value }] of cells) {
      const use = Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (!use) this.complain(name, unknownField(kind, name));
      else if (isList(use) && typeof value === 'string' && value !== '') {
        this.complain(name, t`"${name}" is a list, such as [${listExample(name)}].`);
      } else if (!isList(use) && typeof value !== 'string') {
        this.complain(name, t`"${name}" is a text, not a list.`);
      }
    }
    for (const [name, use] of Object.entries(shape)) {
      if (use === 'needed' && !cells.get(name)?.value)
        this.complain(name, t`"${name}" is missing.`);
    }
  }

  text(field: string): string {
    const value = this.cell(field)?.value;
    return typeof value === 'string' ? value.trim() : '';
  }

  item(field: string): Item | undefined {
    const text = this.text(field);
    return text ? { at: this.cell(field)!.at, text } : undefined;
  }

  /** Nothing where it is missing, which was complained about. */
  needed(field: string): Item {
    return this.item(field) ?? { at: this.at, text: '' };
  }

  items(field: string): Item[] | undefined {
    const value = this.cell(field)?.value;
    if (value === undefined) return undefined;
    const items = typeof value === 'string' ? [] : value;
    items.forEach((item, at) => {
      if (items.findIndex(({ text }) => text === item.text) < at) {
        this.complainOf(item, namedTwice(item));
      }
    });
    return items;
  }

  organisation(field = 'organisation'): Item | undefined {
    const item = this.item(field);
    if (item && !/^[A-Z]{2}\/[A-Za-z0-9]{2,40}$/.test(item.text)) {
      this.complain(
        field,
        t`An organisation is written as country and short name, such as NL/Matchpunt.`,
      );
    }
    return item;
  }

  /** Yes, no, or nothing. */
  flag(field: string): boolean | undefined {
    const text = this.text(field);
    if (text && text !== 'yes' && text !== 'no')
      this.complain(field, isOneOf(field, ['yes', 'no']));
    return text ? text === 'yes' : undefined;
  }

  /** The first one where nothing is said. */
  choice<const T extends readonly string[]>(field: string, choices: T): T[number] {
    const text = this.text(field);
    if (text && !choices.includes(text)) {
      this.complain(field, isOneOf(field, choices));
    }
    return text || choices[0]!;
  }

  /** Runs a feature's rule; its sentences come to their fields. */
  ruled<T>(rule: () => T): T | undefined {
    try {
      return rule();
    } catch (error) {
      if (!(error instanceof Invalid)) throw error;
      for (const [field, text] of Object.entries(error.fields)) {
        this.complain(fieldNames[field] ?? field, text);
      }
      return undefined;
    }
  }

  private cell(field: string): Cell | undefined {
    return this.raw.cells.get(field);
  }
}

function namedTwice({ text }: Item): string {
  return t`"${text.slice(0, 40)}" is named twice.`;
}

function listExample(field: string): string {
  if (field === 'servers') return '192.0.2.1, 2001:db8::/32';
  return field.startsWith('callbacks')
    ? 'https://www.example.org/signed-in'
    : 'match-connect, match-connect.sandbox';
}

function isOneOf(field: string, choices: readonly string[]): string {
  return t`"${field}" is one of ${choices.join(', ')}.`;
}

function unknownField(kind: RowKind, name: string): string {
  const known = Object.keys(shapes[kind]).join(', ');
  return t`There is no field "${name.slice(0, 40)}" here. There are ${known}.`;
}
