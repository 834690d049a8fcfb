import type { DataSource } from 'typeorm';
import type { AskedState } from '../sign-token/sign-token.entity.js';
import { type Cursor, pageSize, seek } from './keyset.js';

export interface VerificationRow {
  id: string;
  state: AskedState;
  applicationId: string;
  application: string;
  organisationId: string;
  organisation: string;
  hosts: string[];
  resources: string[];
  note: string;
  requestedById: string;
  requestedBy: string;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionNote: string | null;
}

/** What waits, the longest waiting first; or what is decided, the latest first. */
export function findVerifications(
  dataSource: DataSource,
  open: boolean,
  cursor: Cursor | undefined,
): Promise<VerificationRow[]> {
  const at = open ? 'v.requested_at' : 'v.decided_at';
  const { where, orderBy, values } = seek(cursor, [at, 'v.id'], 1, !open);
  return dataSource.query<VerificationRow[]>(
    `${looking} where v.state ${open ? '=' : '<>'} 'pending' and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    values,
  );
}

export async function findVerification(
  dataSource: DataSource,
  id: string,
): Promise<VerificationRow | undefined> {
  const [row] = await dataSource.query<VerificationRow[]>(`${looking} where v.id = $1`, [id]);
  return row;
}

export async function countPendingVerifications(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<[{ count: number }]>(
    `select count(*)::int as count from verifications where state = 'pending'`,
  );
  return row.count;
}

const looking = `
  select v.id, v.state, a.id as "applicationId", a.name as application,
    o.id as "organisationId", o.name as organisation, v.note, b.id as "requestedById",
    b.name as "requestedBy", v.requested_at as "requestedAt", d.name as "decidedBy",
    v.decided_at as "decidedAt", v.decision_note as "decisionNote",
    (select coalesce(json_agg(n.host order by n.host), '[]') from domains n
     where n.id = any (v.domain_ids)) as hosts,
    (select coalesce(json_agg(r.name order by r.name), '[]') from resources r
     where r.id = any (v.resource_ids)) as resources
  from verifications v
  join applications a on a.id = v.application_id
  join organisations o on o.id = a.organisation_id
  join users b on b.id = v.requested_by
  left join users d on d.id = v.decided_by`;
