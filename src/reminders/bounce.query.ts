import { bounced } from '../applications/contact-cover.js';
import { isContact } from '../applications/permission.js';
import type { Tx } from '../platform/database/tx.js';
import type { MailKind } from '../platform/mail/mail.entity.js';

/** An address of a contact of these applications that mail was refused at, and one person who is to know. */
export interface BounceNews {
  /** Whose address it is. */
  person: string;
  address: string;
  /** The last mail that was refused there. */
  kind: MailKind;
  /** What the mail server said. */
  answer: string;
  reader: {
    id: string;
    name: string;
    address: string;
    language: string | null;
  };
  applications: { id: string; name: string }[];
}

/** Those who can be mailed again are forgotten; the next refusal is news. */
export async function forgetArrived(tx: Tx): Promise<void> {
  await tx.query(
    `delete from bounce_warnings w where not exists (
       select from users u where u.id = w.user_id and u.email = w.address and ${bounced('u')})`,
  );
}

/**
 * Writes down what was refused in the last days and nobody was warned about yet. Read from the mails
 * and not from the run, so that a run that was killed loses no warning.
 * @returns how many, and whom to tell: contacts whose own address works
 */
export async function takeNews(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ taken: number; news: BounceNews[] }> {
  const taken = await tx.query<unknown[]>(take, [now, limit]);
  if (taken.length === 0) return { taken: 0, news: [] };
  return {
    taken: taken.length,
    news: await tx.query<BounceNews[]>(readers, [now, JSON.stringify(taken)]),
  };
}

/** A reminder is about some applications; any other mail, such as an invitation, matters to all of theirs. */
const take = `
  with failed as (
    select m.id, m.user_id, m.to_address as address, m.kind from mails m
    where m.state = 'failed' and m.finished_at > $1::timestamptz - interval '3 days'
  ), refused as (
    select f.user_id, s.application_id, f.address
    from failed f join reminders l on l.mail_id = f.id join secrets s on s.id = l.secret_id
    union
    select f.user_id, a.id, f.address
    from failed f join role_assignments r on r.user_id = f.user_id
      join applications a on a.id = r.application_id or a.organisation_id = r.organisation_id
    where f.kind <> 'reminder'
  )
  insert into bounce_warnings (user_id, application_id, address, warned_at)
  select u.id, a.id, r.address, $1
  from refused r join users u on u.id = r.user_id and u.email = r.address
    join applications a on a.id = r.application_id
  where u.closed_at is null and ${bounced('u')} and a.deleted_at is null and a.disabled_at is null
    and ${isContact('a', 'u.id', '$1')}
    and not exists (select from bounce_warnings w
      where w.user_id = u.id and w.application_id = a.id and w.address = r.address)
  order by u.id, a.id limit $2
  on conflict do nothing
  returning user_id as "userId", application_id as "applicationId", address`;

const readers = `
  select b.name as person, n.address, f.answer, f.kind,
    json_build_object('id', c.id, 'name', c.name, 'address', c.email, 'language', c.language) as reader,
    json_agg(json_build_object('id', a.id, 'name', a.name) order by a.name) as applications
  from json_to_recordset($2) as n ("userId" uuid, "applicationId" uuid, address text)
    join users b on b.id = n."userId" join applications a on a.id = n."applicationId"
    cross join lateral (select m.server_answer as answer, m.kind from mails m
      where m.user_id = b.id and m.to_address = n.address and m.state = 'failed' order by m.finished_at desc limit 1) f
    join users c on c.id <> b.id and c.closed_at is null and c.activated_at is not null
      and ${isContact('a', 'c.id', '$1')} and not ${bounced('c')}
  group by b.id, b.name, n.address, f.answer, f.kind, c.id
  order by c.id, b.id`;
