import type { DataSource } from 'typeorm';
import { isIt, maySee } from '../applications/permission.js';
import { t } from '../platform/language/speaking.js';
import { instantText } from '../platform/words.js';
import { readable } from './reminders.query.js';
import { answerText } from './answer-words.js';

/** A reminder as it was sent. */
export interface SentMail {
  /** The application, or the resource with its environment, that the secret belongs to. */
  owner: string;
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

/** The same about a secret of a resource server: for IT alone. */
export async function findSentServerMail(
  dataSource: DataSource,
  viewer: { id: string },
  now: Date,
  of: { resourceId: string; secretId: string; mailId: string },
): Promise<SentMail | undefined> {
  const values = [viewer.id, now, of.mailId, of.secretId, of.resourceId];
  const [mail] = await dataSource.query<SentMail[]>(serverSql, values);
  return mail;
}

/** What a page says above the mail itself. */
export function sentMailFacts(mail: SentMail): { label: string; text: string }[] {
  return [
    { label: t`To`, text: `${mail.toName} <${mail.toAddress}>` },
    { label: mail.state === 'sent' ? t`Sent` : t`Tried`, text: instantText(mail.at) },
    {
      label: t`Mail server`,
      text: mail.serverAnswer ? answerText(mail.serverAnswer) : t`no answer`,
    },
  ];
}

const columns = `s.name as secret, m.subject, m.to_name as "toName", m.to_address as "toAddress",
    m.finished_at as at, m.state, m.server_answer as "serverAnswer", m.sent_text as text,
    m.sent_html as html`;

const isAbout = `exists (select from reminders l where l.mail_id = m.id and l.secret_id = s.id)`;

const sql = `
  select a.name as owner, ${columns}
  from mails m, secrets s join applications a on a.id = s.application_id
  where m.id = $3 and s.id = $4 and a.id = $5 and m.sent_text is not null
    and a.deleted_at is null and ${maySee('a', '$1', '$2')}
    and ${isAbout} and ${readable('m', '$1', '$2')}`;

const serverSql = `
  select q.name || ' (' || q.environment || ')' as owner, ${columns}
  from mails m, secrets s join resources q on q.id = s.resource_id
  where m.id = $3 and s.id = $4 and q.id = $5 and m.sent_text is not null
    and ${isIt('$1', '$2')} and ${isAbout}`;
