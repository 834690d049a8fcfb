import type { DataSource } from 'typeorm';
import { mayManageDomains, maySee } from '../applications/permission.js';
import type { AccessKind, AskedState } from '../sign-token/sign-token.entity.js';

export interface AccessRow {
  id: string;
  application: string;
  organisation: string;
  user: string;
  email: string;
  kind: AccessKind;
  note: string | null;
  requestedBy: string;
  requestedAt: Date;
  state: AskedState;
  decidedBy: string | null;
  decidedAt: Date | null;
}

export interface ConnectionRow {
  applicationId: string;
  application: string;
  organisation: string;
  user: string;
  email: string;
  scopes: string[];
  connectedAt: Date;
  lastSignInAt: Date;
  revokedAt: Date | null;
}

/** How many of each are shown; what waits and what is newest comes first. */
export const shownAtMost = 100;

/** The user's own, of applications that are there. */
export function findOwnAccess(dataSource: DataSource, viewerId: string): Promise<AccessRow[]> {
  return dataSource.query<AccessRow[]>(
    `${requests} where q.user_id = $1 and a.deleted_at is null ${order}`,
    [viewerId],
  );
}

/** Where the user is connected. */
export function findOwnConnections(
  dataSource: DataSource,
  viewerId: string,
  applicationId: string | null = null,
): Promise<ConnectionRow[]> {
  return dataSource.query<ConnectionRow[]>(
    `${connections} where c.user_id = $1 and c.revoked_at is null
       and ($2::uuid is null or c.application_id = $2) ${latest}`,
    [viewerId, applicationId],
  );
}

export interface KeptRow {
  id: string;
  name: string;
  organisation: string;
  /** Decides who signs in on test domains. */
  mayKeep: boolean;
}

/** An application that the viewer sees. */
export async function findKept(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
  applicationId: string,
): Promise<KeptRow | undefined> {
  const [row] = await dataSource.query<KeptRow[]>(
    `select a.id, a.name, o.name as organisation,
       ${mayManageDomains('a', '$1', '$2')} as "mayKeep"
     from applications a join organisations o on o.id = a.organisation_id
     where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}`,
    [viewerId, now, applicationId],
  );
  return row;
}

/** Of an application that the viewer sees. */
export function findAccessOf(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
  applicationId: string,
): Promise<AccessRow[]> {
  return dataSource.query<AccessRow[]>(
    `${requests} where a.id = $3 and ${maySee('a', '$1', '$2')} ${order}`,
    [viewerId, now, applicationId],
  );
}

/** Who has signed in for an application that the viewer sees. */
export function findConnectionsOf(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
  applicationId: string,
): Promise<ConnectionRow[]> {
  return dataSource.query<ConnectionRow[]>(
    `${connections} where a.id = $3 and ${maySee('a', '$1', '$2')} ${latest}`,
    [viewerId, now, applicationId],
  );
}

const requests = `
  select q.id, a.name as application, o.name as organisation, u.name as user, u.email, q.kind,
    q.note, b.name as "requestedBy", q.requested_at as "requestedAt", q.state,
    d.name as "decidedBy", q.decided_at as "decidedAt"
  from access_requests q
  join applications a on a.id = q.application_id
  join organisations o on o.id = a.organisation_id
  join users u on u.id = q.user_id
  join users b on b.id = q.requested_by
  left join users d on d.id = q.decided_by`;

const order = `
  order by array_position(array['pending', 'accepted', 'declined', 'withdrawn'], q.state),
    coalesce(q.decided_at, q.requested_at) desc, q.id limit ${shownAtMost}`;

const connections = `
  select c.application_id as "applicationId", a.name as application, o.name as organisation,
    u.name as user, u.email, c.scopes, c.connected_at as "connectedAt",
    c.last_sign_in_at as "lastSignInAt", c.revoked_at as "revokedAt"
  from client_users c
  join applications a on a.id = c.application_id
  join organisations o on o.id = a.organisation_id
  join users u on u.id = c.user_id`;

const latest = `order by c.last_sign_in_at desc, c.user_id, c.application_id limit ${shownAtMost}`;
