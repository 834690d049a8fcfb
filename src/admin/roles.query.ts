import type { DataSource } from 'typeorm';
import type { Role } from '../applications/role-assignment.entity.js';

export interface AssignmentRow {
  id: string;
  role: Role;
  userId: string;
  user: string;
  email: string;
  organisationId: string | null;
  organisation: string | null;
  applicationId: string | null;
  application: string | null;
  /** Other active credential managers of the application. */
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
  select m.id, m.role, p.id as "userId", p.name as "user", p.email,
    o.id as "organisationId", o.name as organisation,
    a.id as "applicationId", a.name as application,
    (select count(*)::int from role_assignments r join users u on u.id = r.user_id
      where r.role = 'credential_manager' and r.application_id = a.id and r.id <> m.id
        and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2)
        and u.closed_at is null and u.activated_at is not null) as others
  from role_assignments m
  join users p on p.id = m.user_id
  left join organisations o on o.id = p.organisation_id
  left join applications a on a.id = m.application_id
  where m.id = $1 and m.withdrawn_at is null`;
