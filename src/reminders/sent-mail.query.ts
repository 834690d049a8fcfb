import type { DataSource } from 'typeorm';
import { maySee } from '../applications/permission.js';
import { readable } from './reminders.query.js';

/** A reminder as it was sent. */
export interface SentMail {
  application: string;
  secret: string;
  subject: string;
  toName: string;
  toAddress: string;
  /** When its last attempt was made. */
  at: Date;
  state: 'sent' | 'failed';
  serverAnswer: string | null;
  text: string;
  html: string;
}

/** A mail of a secret's ledger, for those who may see everything that it is about (M10, R8). */
export async function findSentMail(
  dataSource: DataSource,
  viewer: { id: string },
  now: Date,
  of: { applicationId: string; secretId: string; mailId: string },
): Promise<SentMail | undefined> {
  const [mail] = await dataSource.query<SentMail[]>(sql, [
    viewer.id,
    now,
    of.mailId,
    of.secretId,
    of.applicationId,
  ]);
  return mail;
}

const sql = `
  select a.name as application, s.name as secret, m.subject, m.to_name as "toName", m.to_address as "toAddress", m.finished_at as at,
    m.state, m.server_answer as "serverAnswer", m.sent_text as text, m.sent_html as html
  from mails m, secrets s join applications a on a.id = s.application_id
  where m.id = $3 and s.id = $4 and a.id = $5 and m.sent_text is not null
    and a.deleted_at is null and ${maySee('a', '$1', '$2')}
    and exists (select from reminders l where l.mail_id = m.id and l.secret_id = s.id)
    and ${readable('m', '$1', '$2')}`;
