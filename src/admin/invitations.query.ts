import type { DataSource } from 'typeorm';
import { type Cursor, pageSize, seek } from './keyset.js';

export interface InvitationRow {
  id: string;
  userId: string;
  name: string;
  email: string;
  organisationId: string | null;
  organisation: string | null;
  sentBy: string | null;
  createdAt: Date;
  expiresAt: Date;
  /** The last invitation mail that the server answered; null while it waits. */
  mailState: 'sent' | 'failed' | null;
  mailAnswer: string | null;
}

/** Invitations of people who have not come yet, those that ran out or end first at the top. */
export function findInvitations(
  dataSource: DataSource,
  cursor: Cursor | undefined,
): Promise<InvitationRow[]> {
  const { where, orderBy, values } = seek(cursor, ['i.expires_at', 'i.id'], 1);
  return dataSource.query<InvitationRow[]>(
    `select i.id, u.id as "userId", u.name, u.email, o.id as "organisationId",
       o.name as organisation, b.name as "sentBy", i.created_at as "createdAt",
       i.expires_at as "expiresAt", m.state as "mailState", m.server_answer as "mailAnswer"
     from invitations i
     join users u on u.id = i.user_id
     left join organisations o on o.id = u.organisation_id
     left join users b on b.id = i.created_by
     left join lateral (select m.state, m.server_answer from mails m
       where m.user_id = u.id and m.kind = 'invitation' and m.state in ('sent', 'failed')
         and m.created_at >= i.created_at
       order by m.finished_at desc limit 1) m on true
     where i.used_at is null and i.revoked_at is null and u.closed_at is null
       and u.activated_at is null and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    values,
  );
}

/** Open invitations whose last mail was refused, found from the few mails that were. */
export async function countRefusedInvitations(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<[{ count: number }]>(
    `select count(distinct i.id)::int as count
     from mails m join invitations i on i.user_id = m.user_id and m.created_at >= i.created_at
       join users u on u.id = i.user_id
     where m.state = 'failed' and m.kind = 'invitation'
       and i.used_at is null and i.revoked_at is null
       and u.closed_at is null and u.activated_at is null`,
  );
  return row.count;
}
