import type { DataSource } from 'typeorm';
import type { Level } from '../users/permissions.js';
import { countManagers } from './live-role.js';

export interface AssignmentRow {
  id: string;
  role: string;
  /** Of a role that IT made. */
  roleName: string | null;
  level: Level;
  managesSecrets: boolean;
  userId: string;
  user: string;
  email: string;
  organisationId: string | null;
  organisation: string | null;
  applicationId: string | null;
  application: string | null;
  /** Other people who manage the secrets of the application. */
  others: number;
}

/** A role that is not withdrawn, with the person who has it. */
export async function findAssignment(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<AssignmentRow | undefined> {
  const rows = await dataSource.query<AssignmentRow[]>(sql, [id, now]);
  return rows[0];
}

const sql = `
  select m.id, m.role, case when not d.built_in then d.name end as "roleName", d.level,
    'secrets.manage' = any (d.permissions) as "managesSecrets", p.id as "userId", p.name as "user", p.email,
    o.id as "organisationId", o.name as organisation,
    a.id as "applicationId", a.name as application,
    ${countManagers('$2', 'r.id <> m.id')} as others
  from role_assignments m join roles d on d.key = m.role
  join users p on p.id = m.user_id
  left join organisations o on o.id = p.organisation_id
  left join applications a on a.id = m.application_id
  where m.id = $1 and m.withdrawn_at is null`;
