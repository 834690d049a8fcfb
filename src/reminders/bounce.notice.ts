import type { Config } from '../platform/config/config.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { oneLine } from '../platform/mail/one-line.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';
import type { BounceNews } from './bounce.query.js';

/** Applications named in one notice. */
const named = 20;

const whatText = {
  reminder: (person: string) => `A reminder to ${person}`,
  invitation: (person: string) => `The invitation of ${person}`,
  notice: (person: string) => `A mail to ${person}`,
};

/** To another contact: mails to a colleague do not arrive. */
export function bounceNotice(news: BounceNews, config: Config): OutgoingMessage {
  const { person, address, kind, answer, reader, applications } = news;
  const subject = oneLine(`Mail to ${person} does not arrive`);
  const more = applications.length - named;
  const model = {
    subject,
    paragraphs: [
      `${whatText[kind](person)} (${address}) was refused for good. The mail server said: ${answer}`,
      `${person} does not get the reminders about the applications below; you do. Please look after their secrets, and tell ${person}.`,
      `If the address is wrong, write to ${config.SUPPORT_ADDRESS}. You are told once, unless mail arrives there in between.`,
    ].map(oneLine),
    items: applications.slice(0, named).map(({ id, name }, index) => ({
      text: name,
      note: more > 0 && index === named - 1 ? `and ${more} more` : undefined,
      href: `${config.PUBLIC_URL}/manage-api-credentials/${id}`,
    })),
    to: reader.address,
  };
  const { id, name } = reader;
  return {
    kind: 'notice',
    userId: id,
    to: { name, address: reader.address },
    subject,
    ...renderMail('notice', model),
  };
}
