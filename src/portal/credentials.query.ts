import type { DataSource } from 'typeorm';
import type { Environment } from '../applications/application.entity.js';
import { bounced } from '../applications/contact-cover.js';
import { covers, mayAudit, mayManage, maySee } from '../applications/permission.js';
import { leakDates, type LeakFacts, leakJson } from '../leaks/leak-words.js';
import type { Acknowledgement } from '../reminders/acknowledgement.js';
import { acknowledgementsOf } from '../reminders/endings.query.js';
import { lastRefused, type RefusedCallRow } from '../secrets/refused-calls.js';
import type { Usage } from '../secrets/superseded.js';
import { usageDates, usageJson } from '../secrets/usage-json.js';
import type { Viewer } from '../authentication/viewer.js';
import { placesFor } from './places.js';

/** An application with all that the pages of this door show of it. */
export interface ApplicationRow {
  id: string;
  name: string;
  clientId: string;
  organisation: string;
  /** ISO 3166-1 code of the organisation's country. */
  country: string;
  disabled: boolean;
  mayManage: boolean;
  /** Only where one application is asked for. */
  hasDomain: boolean;
  mayAudit: boolean;
  /** Our own API stands last: an application is there for the others. */
  resources: { name: string; environment: Environment; audience: string }[];
  managers: ContactRow[];
  orgAdmins: ContactRow[];
  /** People with roles that IT made, in this application or its organisation. */
  others: OtherRow[];
  secrets: SecretRecord[];
  /** Those deleted last; only where one application is asked for. */
  gone: GoneRecord[];
  /** Only where one application is asked for; the last ones. */
  refused: RefusedCallRow[];
}

export interface ContactRow {
  id: string;
  name: string;
  email: string;
  /** Has not completed the first sign-in yet. */
  invited: boolean;
  endsAt: Date | null;
  /** Mail to this address was refused. */
  bounced: boolean;
  /** The last sign-in. */
  seenAt: Date | null;
}

export interface OtherRow extends ContactRow {
  key: string;
  /** The name of the role. */
  role: string;
  acts: boolean;
  receives: boolean;
}

export interface SecretRecord extends Usage {
  id: string;
  name: string;
  hint: string;
  createdBy: PersonRow | null;
  disabledBy: PersonRow | null;
  deletedBy: PersonRow | null;
  /** When its value is known not to have arrived. */
  lostAt: Date | null;
  leak: LeakFacts | null;
  lastReminder: { at: Date; milestone: string } | null;
  acknowledgements: Acknowledgement[];
  /** Uses in the last seven days and from where, the latest addresses first; only of one application. */
  recent: { count: number; addresses: number; from: string[] } | null;
}

/** A deleted secret, as far as it tells where a rotation stands. */
export type GoneRecord = Pick<
  SecretRecord,
  keyof Usage | 'id' | 'name' | 'hint' | 'createdBy' | 'deletedBy' | 'recent'
>;

export interface PersonRow {
  name: string;
  left: boolean;
  /** Not a person but a program that acted. */
  program?: boolean;
}

export interface Selection {
  applicationId?: string;
  /** Also finds this secret when it is deleted. */
  secretId?: string;
  /** At most so many applications. */
  limit: number;
  /** Only these applications. */
  ids?: string[];
}

/** The applications that the viewer may see, the one with the nearest end first (S1, R8, R14). */
export async function findApplications(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
  { applicationId, secretId, limit, ids }: Selection,
): Promise<ApplicationRow[]> {
  const places = ids
    ? 'places as (select unnest($6::uuid[]) as id)'
    : placesFor(viewer, applicationId);
  const rows = await dataSource.query<ApplicationRow[]>(`with ${places} ${sql}`, [
    viewer.id,
    now,
    applicationId ?? null,
    secretId ?? null,
    limit,
    ...(ids ? [ids] : []),
  ]);
  return rows.map(withDates);
}

const person = (id: string) => `
  (select json_build_object('name', p.name, 'left', p.closed_at is not null)
   from users p where p.id = ${id})`;

/** The program that a secret belongs to, as someone who acts. */
const program = (from: string) => `
  (select json_build_object('name', pa.name || '/' || ps.name, 'left', false, 'program', true)
   from ${from} join applications pa on pa.id = ps.application_id)`;

const creator = `coalesce(${person('s.created_by')},
  ${program('(select * from secrets ps where ps.id = s.created_by_secret) ps')})`;

/** Who did it last; which program it was, the audit knows. Looked up where one application is asked for. */
const actor = (by: string, at: string, action: string) => `coalesce(${person(by)},
  case when $3::uuid is not null and ${at} is not null and ${by} is null then
    ${program(`(select c.* from audit_events e join secrets c on c.id = (e.detail->>'callerSecret')::uuid
      where e.application_id = a.id and e.subject_id = s.id and e.action = '${action}'
      order by e.id desc limit 1) ps`)} end)`;

const disabler = actor('s.disabled_by', 's.disabled_at', 'secret.switch_off');
const deleter = actor('s.deleted_by', 's.deleted_at', 'secret.delete');

const contactFacts = (endsAt: string) => `'id', u.id, 'name', u.name, 'email', u.email,
     'invited', u.activated_at is null, 'endsAt', ${endsAt},
     'bounced', ${bounced('u')}, 'seenAt', coalesce(u.last_sign_in_at, u.activated_at)`;

const contacts = (role: string, place: string) => `
  (select coalesce(json_agg(json_build_object(${contactFacts('r.ends_at')}) order by u.name), '[]')
   from role_assignments r join users u on u.id = r.user_id
   where r.role = '${role}' and ${place} and r.withdrawn_at is null
     and (r.ends_at is null or r.ends_at > $2) and u.closed_at is null)`;

const others = `
  (select coalesce(json_agg(json_build_object(${contactFacts('least(r.ends_at, g.ends_at)')},
     'key', g.key, 'role', g.name, 'acts', 'secrets.manage' = any (g.permissions),
     'receives', 'reminders.receive' = any (g.permissions)) order by u.name, g.name), '[]')
   from role_assignments r join roles g on g.key = r.role join users u on u.id = r.user_id
   where ${covers('a')} and not g.built_in and g.active and (g.ends_at is null or g.ends_at > $2)
     and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2) and u.closed_at is null)`;

const recent = `json_build_object(
  'count', (select coalesce(sum(n.count), 0)::bigint from secret_uses n
    where n.secret_id = s.id and n.day > ($2::timestamptz at time zone 'UTC')::date - 7),
  'addresses', (select count(*) from secret_addresses n
    where n.secret_id = s.id and n.last_used_at > $2::timestamptz - interval '7 days'),
  'from', (select coalesce(json_agg(n.address order by n.last_used_at desc, n.address), '[]') from (
    select n.address, n.last_used_at from secret_addresses n
    where n.secret_id = s.id and n.last_used_at > $2::timestamptz - interval '7 days'
    order by n.last_used_at desc, n.address limit 3) n))`;

const gone = `(select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'hint', s.hint,
    ${usageJson('s')}, 'createdBy', ${creator}, 'deletedBy', ${deleter}, 'recent', null)), '[]')
  from (select * from secrets s where $3::uuid is not null and s.application_id = a.id
    and s.deleted_at is not null order by s.deleted_at desc limit 3) s)`;

const sql = `
  select a.id, a.name, a.client_id as "clientId", o.name as organisation, o.country,
    a.disabled_at is not null as disabled,
    ${mayManage('a', '$1', '$2')} as "mayManage", ${mayAudit('a', '$1', '$2')} as "mayAudit",
    $3::uuid is not null and exists (select from domains d
      where d.application_id = a.id and d.deleted_at is null) as "hasDomain",
    (select coalesce(json_agg(json_build_object('name', r.name, 'environment', r.environment,
        'audience', r.audience)
        order by r.any_api, r.name), '[]')
      from grants g join resources r on r.id = g.resource_id
      where g.application_id = a.id) as resources,
    ${contacts('credential_manager', 'r.application_id = a.id')} as managers,
    ${contacts('org_admin', 'r.organisation_id = a.organisation_id')} as "orgAdmins", ${others} as others,
    (select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'hint', s.hint,
        ${usageJson('s')}, 'createdBy', ${creator}, 'disabledBy', ${disabler},
        'deletedBy', ${deleter}, 'lostAt', s.lost_at, 'leak', ${leakJson('s')},
        'lastReminder', (select json_build_object('at', l.attempted_at, 'milestone', l.milestone)
          from reminders l where l.secret_id = s.id and l.state = 'sent'
          order by l.attempted_at desc limit 1),
        'acknowledgements', ${acknowledgementsOf('s.id')},
        'recent', case when $3::uuid is not null then ${recent} end
      ) order by s.expires_at, s.created_at), '[]')
      from secrets s where s.application_id = a.id
        and (s.deleted_at is null or s.id = $4)) as secrets,
    ${gone} as gone,
    ${lastRefused(`$3::uuid is not null and c.application_id = a.id and ${mayAudit('a', '$1', '$2')}`, 10)} as refused
  from places join applications a on a.id = places.id
  join organisations o on o.id = a.organisation_id
  where a.deleted_at is null and ${maySee('a', '$1', '$2')}
  order by (select min(s.expires_at) from secrets s where s.application_id = a.id
      and s.deleted_at is null and s.disabled_at is null and s.expires_at > $2), a.name
  limit $5`;

/** JSON has no dates: they come as text. */
function withDates(row: ApplicationRow): ApplicationRow {
  const date = (value: unknown) => (value === null ? null : new Date(value as string));
  const contact = <T extends ContactRow>(each: T) => ({
    ...each,
    endsAt: date(each.endsAt),
    seenAt: date(each.seenAt),
  });
  return {
    ...row,
    managers: row.managers.map(contact),
    orgAdmins: row.orgAdmins.map(contact),
    others: row.others.map(contact),
    gone: row.gone.map((secret) => ({ ...secret, ...usageDates(secret) })),
    secrets: row.secrets.map((secret) => ({
      ...secret,
      ...usageDates(secret),
      lostAt: date(secret.lostAt),
      leak: leakDates(secret.leak),
      lastReminder: secret.lastReminder && {
        ...secret.lastReminder,
        at: new Date(secret.lastReminder.at),
      },
      acknowledgements: secret.acknowledgements.map((each) => ({
        ...each,
        saidAt: new Date(each.saidAt),
      })),
    })),
  };
}
