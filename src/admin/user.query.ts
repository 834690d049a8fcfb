import type { DataSource } from 'typeorm';
import { bounced } from '../applications/contact-cover.js';
import { manages } from '../applications/permission.js';
import type { Level } from '../users/permissions.js';
import { codesInTotal } from '../authentication/factor.service.js';
import type { UtcDay } from '../platform/utc-day.js';
import { usageJson, type UsageTexts } from '../secrets/usage-json.js';
import { countManagers, liveRole } from './live-role.js';

export interface UserFacts {
  id: string;
  name: string;
  email: string;
  organisationId: string | null;
  organisation: string | null;
  createdAt: Date;
  activatedAt: Date | null;
  lastSignInAt: Date | null;
  closedAt: Date | null;
  hasFactor: boolean;
  /** After too many wrong codes. */
  factorOff: boolean;
  recoveryCodes: number;
  passkeys: number;
  /** The end of the invitation that can still be used, or of the last one. */
  invitedUntil: Date | null;
  /** What the mail server said when it refused the last mail to the address, where it did. */
  refused: string | null;
  roles: UserRoleRow[];
  /** Applications of the organisation. */
  applications: { id: string; name: string }[];
  /** Roles that IT made and that can be given now. */
  otherRoles: { key: string; name: string; level: Level }[];
  secrets: MadeSecretRow[];
}

export interface UserRoleRow {
  assignmentId: string;
  role: string;
  /** Of a role that IT made. */
  roleName: string | null;
  level: Level;
  /** It opens nothing: it is switched off, or has ended. */
  idle: boolean;
  applicationId: string | null;
  application: string | null;
  confirmedBy: string | null;
  confirmedOn: UtcDay | null;
  grantedAt: string;
  endsAt: string | null;
}

export interface MadeSecretRow extends UsageTexts {
  name: string;
  hint: string;
  applicationId: string;
  application: string;
  applicationDeleted: boolean;
  /** The other secrets of the application, to tell whether this one is replaced (M7). */
  others: UsageTexts[];
}

/** A person with roles and with the secrets of theirs that are not deleted (R13). */
export async function findUser(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<UserFacts | undefined> {
  const rows = await dataSource.query<UserFacts[]>(sql, [id, now]);
  return rows[0];
}

export interface CoverRow {
  application: string;
  /** Other people who can act for it. */
  others: number;
}

/**
 * Applications of this person with fewer than two credential managers beside them (R4): before the
 * account is closed what it would leave behind, afterwards what it has.
 */
export function findThinCover(dataSource: DataSource, id: string, now: Date): Promise<CoverRow[]> {
  return dataSource.query<CoverRow[]>(
    `select * from (
       select a.name as application, ${countManagers('$2', 'u.id <> $1')} as others
       from applications a
       where a.deleted_at is null and exists (select 1 from role_assignments r
         where r.user_id = $1 and ${manages('a', '$2')}
           and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2))) c
     where others < 2 order by others, application`,
    [id, now],
  );
}

const roles = `
  select coalesce(json_agg(json_build_object('assignmentId', r.id, 'role', r.role,
      'roleName', case when not g.built_in then g.name end, 'level', g.level,
      'idle', not g.active or g.ends_at <= $2,
      'applicationId', a.id, 'application', a.name, 'confirmedBy', r.confirmed_by,
      'confirmedOn', r.confirmed_on, 'grantedAt', r.granted_at, 'endsAt', r.ends_at)
    order by g.built_in desc, r.role desc, g.name, a.name), '[]')
  from role_assignments r join roles g on g.key = r.role left join applications a on a.id = r.application_id
  where r.user_id = u.id and ${liveRole('$2')} and a.deleted_at is null`;

const applications = `
  select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) order by a.name), '[]')
  from applications a
  where a.organisation_id = u.organisation_id and a.deleted_at is null`;

const otherRoles = `
  select coalesce(json_agg(json_build_object('key', g.key, 'name', g.name, 'level', g.level)
    order by lower(g.name)), '[]')
  from roles g where not g.built_in and g.active and (g.ends_at is null or g.ends_at > $2)`;

const secrets = `
  select coalesce(json_agg(json_build_object('name', s.name, 'hint', s.hint,
      'applicationId', a.id, 'application', a.name,
      'applicationDeleted', a.deleted_at is not null, ${usageJson('s')},
      'others', (select coalesce(json_agg(json_build_object(${usageJson('x')})), '[]')
        from secrets x where x.application_id = s.application_id and x.id <> s.id
          and x.deleted_at is null)
    ) order by s.expires_at), '[]')
  from secrets s join applications a on a.id = s.application_id
  where s.created_by = u.id and s.deleted_at is null`;

const sql = `
  select u.id, u.name, u.email, o.id as "organisationId", o.name as organisation,
    u.created_at as "createdAt", u.activated_at as "activatedAt",
    u.last_sign_in_at as "lastSignInAt", u.closed_at as "closedAt",
    exists (select 1 from totp_factors f where f.user_id = u.id) as "hasFactor",
    exists (select 1 from totp_factors f
      where f.user_id = u.id and f.failed_codes >= ${codesInTotal}) as "factorOff",
    (select count(*)::int from recovery_codes c
      where c.user_id = u.id and c.used_at is null) as "recoveryCodes",
    (select count(*)::int from passkeys p where p.user_id = u.id) as passkeys,
    (select max(i.expires_at) from invitations i
      where i.user_id = u.id and i.used_at is null and i.revoked_at is null) as "invitedUntil",
    case when ${bounced('u')} then (select m.server_answer from mails m
      where m.user_id = u.id and m.to_address = u.email and m.state = 'failed'
      order by m.finished_at desc limit 1) end as refused,
    (${roles}) as roles, (${applications}) as applications,
    (${otherRoles}) as "otherRoles", (${secrets}) as secrets
  from users u left join organisations o on o.id = u.organisation_id
  where u.id = $1`;
