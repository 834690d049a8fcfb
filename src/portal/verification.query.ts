import type { DataSource } from 'typeorm';
import { mayManageDomains, maySee } from '../applications/permission.js';
import type { AskedState } from '../sign-token/sign-token.entity.js';

export interface VerificationRow {
  id: string;
  state: AskedState;
  hosts: string[];
  resources: string[];
  note: string;
  requestedBy: string;
  requestedAt: Date;
  decidedBy: string | null;
  decidedAt: Date | null;
  decisionNote: string | null;
}

export interface VerificationsOf {
  id: string;
  name: string;
  mayKeep: boolean;
  domains: { id: string; host: string }[];
  /** Those that need it. */
  resources: { id: string; name: string }[];
}

/** An application that the viewer sees, with what can be verified of it. */
export async function findVerifiable(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
  applicationId: string,
): Promise<VerificationsOf | undefined> {
  const [row] = await dataSource.query<VerificationsOf[]>(
    `select a.id, a.name, ${mayManageDomains('a', '$1', '$2')} as "mayKeep",
       (select coalesce(json_agg(json_build_object('id', d.id, 'host', d.host) order by d.host), '[]')
        from domains d where d.application_id = a.id and d.deleted_at is null) as domains,
       (select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name) order by r.name), '[]')
        from resources r where r.needs_verification and r.deleted_at is null) as resources
     from applications a
     where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}`,
    [viewerId, now, applicationId],
  );
  return row;
}

/** Those of an application that the viewer sees, the newest first. */
export function findVerificationsOf(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
  applicationId: string,
): Promise<VerificationRow[]> {
  return dataSource.query<VerificationRow[]>(
    `select v.id, v.state, v.note, b.name as "requestedBy", v.requested_at as "requestedAt",
       d.name as "decidedBy", v.decided_at as "decidedAt", v.decision_note as "decisionNote",
       (select coalesce(json_agg(n.host order by n.host), '[]') from domains n
        where n.id = any (v.domain_ids)) as hosts,
       (select coalesce(json_agg(r.name order by r.name), '[]') from resources r
        where r.id = any (v.resource_ids)) as resources
     from verifications v join applications a on a.id = v.application_id
     join users b on b.id = v.requested_by left join users d on d.id = v.decided_by
     where a.id = $3 and ${maySee('a', '$1', '$2')}
     order by v.requested_at desc, v.id limit 50`,
    [viewerId, now, applicationId],
  );
}
