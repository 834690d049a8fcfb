import type { DataSource } from 'typeorm';
import { bounced } from '../applications/contact-cover.js';
import { covers } from '../applications/permission.js';
import { opens } from '../users/permissions.js';
import { type LeakFacts, leakJson } from '../leaks/leak-words.js';
import type { Milestone } from '../reminders/milestones.js';
import type { ReminderState } from '../reminders/reminder.entity.js';
import { lastRefused, type RefusedCallRow } from '../secrets/refused-calls.js';
import type { UsageTexts } from '../secrets/usage-json.js';
import { liveRole } from './live-role.js';

/** How far back each list on the page goes. */
export const shownAtMost = 50;

export interface SupportFacts {
  id: string;
  name: string;
  clientId: string;
  organisationId: string;
  organisation: string;
  api: string;
  createdAt: Date;
  disabledAt: Date | null;
  deletedAt: Date | null;
  resources: string[];
  people: SupportPerson[];
  secrets: SupportSecret[];
  reminders: {
    at: string;
    secret: string;
    milestone: Milestone;
    address: string | null;
    state: ReminderState;
    answer: string | null;
  }[];
  refused: RefusedCallRow[];
}

export interface SupportPerson {
  id: string;
  name: string;
  email: string;
  /** Manages the secrets. */
  manager: boolean;
  /** Is mailed about them. */
  receives: boolean;
  roles: { key: string; name: string }[];
  activated: boolean;
  bounced: boolean;
  seenAt: string | null;
}

export interface SupportSecret extends UsageTexts {
  id: string;
  name: string;
  hint: string;
  createdBy: string | null;
  leak: LeakFacts<string> | null;
}

/** All that support says about an application: no value is in it, and no way to one (P4). */
export async function findSupportFacts(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<SupportFacts | undefined> {
  const [row] = await dataSource.query<[SupportFacts?]>(sql, [id, now]);
  return row;
}

const listed = (rows: string) => `(select coalesce(json_agg(x), '[]') from (${rows}) x)`;

const people = `
  select u.id, u.name, u.email, bool_or(${opens('secrets.manage', '$2')}) as manager,
    bool_or(${opens('reminders.receive', '$2')}) as receives,
    json_agg(distinct jsonb_build_object('key', g.key, 'name', g.name)) as roles,
    u.activated_at is not null as activated, ${bounced('u')} as bounced,
    coalesce(u.last_sign_in_at, u.activated_at) as "seenAt"
  from role_assignments r join roles g on g.key = r.role join users u on u.id = r.user_id
  where ${covers('a')} and g.active and (g.ends_at is null or g.ends_at > $2) and ${liveRole('$2')}
  group by u.id order by manager desc, lower(u.name)`;

const secrets = `
  select s.id, s.name, s.hint, s.created_at as "createdAt", s.expires_at as "expiresAt",
    s.disabled_at as "disabledAt", s.deleted_at as "deletedAt",
    s.first_used_at as "firstUsedAt", s.last_used_at as "lastUsedAt",
    (select c.name from users c where c.id = s.created_by) as "createdBy",
    ${leakJson('s')} as leak
  from secrets s where s.application_id = a.id
  order by s.deleted_at is not null, s.created_at desc limit ${shownAtMost}`;

const reminders = `
  select coalesce(l.attempted_at, l.planned_at) as at, s.name as secret, l.milestone, l.address,
    l.state, l.server_answer as answer
  from secrets s join reminders l on l.secret_id = s.id where s.application_id = a.id
  order by 1 desc, s.name limit ${shownAtMost}`;

const sql = `
  select a.id, a.name, a.client_id as "clientId", o.id as "organisationId",
    o.name as organisation, i.name || ' (' || i.code || ')' as api,
    a.created_at as "createdAt", a.disabled_at as "disabledAt", a.deleted_at as "deletedAt",
    array(select r.name || ' (' || r.environment || ')' from grants g
      join resources r on r.id = g.resource_id where g.application_id = a.id
      order by r.environment, r.name) as resources,
    ${listed(people)} as people, ${listed(secrets)} as secrets,
    ${listed(reminders)} as reminders, ${lastRefused('c.application_id = a.id', shownAtMost)} as refused
  from applications a
  join organisations o on o.id = a.organisation_id
  join apis i on i.code = a.api_code
  where a.id = $1`;
