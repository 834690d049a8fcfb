import { mayManage } from '../applications/permission.js';
import type { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { Outbox } from '../platform/mail/outbox.service.js';

interface Notice {
  subject: string;
  paragraphs: string[];
}

/** @param where scheme and host of the endpoint: what follows may be a secret of its receiver */
type Text = (where: string, application: string) => Notice;

export const givenUpMail: Text = (where, application) => ({
  subject: t`A webhook of ${application} takes no messages`,
  paragraphs: [
    t`For three days ${where} has not taken a message about the secrets of ${application}, so it is not sent any more.`,
    t`Its page shows what was answered. Once the endpoint works again, you can send the message again from there.`,
  ],
});

export const goneMail: Text = (where, application) => ({
  subject: t`A webhook of ${application} was switched off`,
  paragraphs: [
    t`${where} has answered “410 Gone” to a message about the secrets of ${application}. That means it wants no more of them, so it was switched off.`,
    t`If that was a mistake, switch it on again on its page.`,
  ],
});

interface Reader {
  id: string;
  name: string;
  email: string;
  language: string | null;
}

/** Writes to the credential managers of the application, each in their own language. */
export async function mailManagers(
  tx: Tx,
  outbox: Outbox,
  endpointId: string,
  now: Date,
  { PUBLIC_URL }: Config,
  text: Text,
): Promise<void> {
  const rows = await tx.query<
    (Reader & { url: string; applicationId: string; application: string })[]
  >(
    `select p.id, p.name, p.email, p.language, u.url, a.id as "applicationId", a.name as application
     from domain_urls u join domains d on d.id = u.domain_id
     join applications a on a.id = d.application_id and a.deleted_at is null
     join users p on p.closed_at is null and p.activated_at is not null
       and ${mayManage('a', 'p.id', '$2')}
     where u.id = $1 order by p.email`,
    [endpointId, now],
  );
  for (const { url, applicationId, application, ...reader } of rows) {
    const message = speaking(mailLanguage(reader.language), () => {
      const notice = text(new URL(url).origin, application);
      const href = `${PUBLIC_URL}/manage-api-credentials/${applicationId}/webhooks/${endpointId}`;
      const link = { href, text: t`Open the webhook` };
      const body = renderMail('notice', { ...notice, link, to: reader.email });
      return { subject: notice.subject, ...body };
    });
    const to = { name: reader.name, address: reader.email };
    await outbox.enqueue(tx, { kind: 'notice', userId: reader.id, to, ...message }, now);
  }
}
