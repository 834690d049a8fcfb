import type { DataSource } from 'typeorm';
import { bounced, silentFor } from '../applications/contact-cover.js';
import { reminds } from '../applications/permission.js';
import { opens } from '../users/permissions.js';
import { type Cursor, pageSize, seek } from './keyset.js';
import { activeRole } from './live-role.js';

/** What is looked for; `any` is all of them. */
export const contactFilters = ['any', 'few', 'bounced', 'silent', 'not_mine'] as const;
export type ContactFilter = (typeof contactFilters)[number];

export interface ContactsRow {
  id: string;
  name: string;
  organisationId: string;
  organisation: string;
  people: {
    id: string;
    name: string;
    email: string;
    manager: boolean;
    bounced: boolean;
    seenAt: string | null;
  }[];
  /** Words of people who still have the role. */
  notMine: { id: string; userId: string; name: string; secret: string; saidAt: string }[];
  sort: string;
}

/** What a filter starts from, so that it need not look at the people of every application. */
const among: Partial<Record<ContactFilter, string>> = {
  bounced: `(a.id in (select r.application_id from mails m
        join role_assignments r on r.user_id = m.user_id where m.state = 'failed')
      or a.organisation_id in (select r.organisation_id from mails m
        join role_assignments r on r.user_id = m.user_id where m.state = 'failed'))`,
  not_mine: `a.id in (select s.application_id from acknowledgements w
    join secrets s on s.id = w.secret_id where w.kind = 'not_mine' and w.ended_at is null)`,
};

/** Applications whose people have to be looked after, by name (R4, M6). */
export function findContacts(
  dataSource: DataSource,
  show: ContactFilter,
  cursor: Cursor | undefined,
  now: Date,
): Promise<ContactsRow[]> {
  const { where, orderBy, values } = seek(cursor, ['lower(f.name)', 'f.id::text'], 3);
  return dataSource.query<ContactsRow[]>(
    `with found as (${found} and ${among[show] ?? 'true'})
     select f.*, lower(f.name) as sort from found f
     where ($2 = 'any' and (f.few or f.bounced or f.silent or f.not_mine)
         or $2 = 'few' and f.few or $2 = 'bounced' and f.bounced or $2 = 'silent' and f.silent
         or $2 = 'not_mine' and f.not_mine)
       and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [now, show, ...values],
  );
}

const found = `
  select a.id, a.name, o.id as "organisationId", o.name as organisation, p.people,
    p.reachable < 2 as few, p.bounced, p.silent, k.not_mine as "notMine",
    json_array_length(k.not_mine) > 0 as not_mine
  from applications a join organisations o on o.id = a.organisation_id,
  lateral (select coalesce(json_agg(json_build_object('id', x.id, 'name', x.name,
        'email', x.email, 'manager', x.manager, 'bounced', x.bounced, 'seenAt', x.seen)
        order by lower(x.name)), '[]') as people,
      count(*) filter (where x.manager and not x.bounced) as reachable,
      coalesce(bool_or(x.bounced), false) as bounced, coalesce(bool_or(x.silent), false) as silent
    from (select u.id, u.name, u.email, bool_or(${opens('secrets.manage', '$1')}) as manager,
        ${bounced('u')} as bounced, ${silentFor('u', '$1')} as silent,
        coalesce(u.last_sign_in_at, u.activated_at) as seen
      from role_assignments r join users u on u.id = r.user_id
      where ${reminds('a', '$1')} and ${activeRole('$1')}
      group by u.id) x) p,
  lateral (select coalesce(json_agg(json_build_object('id', w.id, 'userId', u.id, 'name', u.name,
        'secret', s.name, 'saidAt', w.said_at) order by w.said_at), '[]') as not_mine
    from secrets s join acknowledgements w on w.secret_id = s.id join users u on u.id = w.user_id
    where s.application_id = a.id and s.deleted_at is null
      and w.kind = 'not_mine' and w.ended_at is null
      and exists (select from role_assignments r where r.user_id = u.id and ${activeRole('$1')}
        and ${reminds('a', '$1')})) k
  where a.deleted_at is null`;
