import type { Config } from '../platform/config/config.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { oneLine } from '../platform/mail/one-line.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';
import type { BounceNews } from './bounce.query.js';
import { answerText } from './answer-words.js';

/** Applications named in one notice. */
const named = 20;

/** To another contact: mails to a colleague do not arrive. */
export function bounceNotice(news: BounceNews, config: Config): OutgoingMessage {
  const { id, name, address, language } = news.reader;
  const mail = speaking(mailLanguage(language), () => {
    const model = { ...wordsOf(news, config), to: address };
    return { subject: model.subject, ...renderMail('notice', model) };
  });
  return { kind: 'notice', userId: id, to: { name, address }, ...mail };
}

function wordsOf(news: BounceNews, { PUBLIC_URL, SUPPORT_ADDRESS: support }: Config) {
  const { person, applications } = news;
  const more = applications.length - named;
  return {
    subject: oneLine(t`Mail to ${person} does not arrive`),
    paragraphs: [
      refusedText(news),
      t`${person} does not get the reminders about the applications below; you do. Please look after their secrets, and tell ${person}.`,
      t`If the address is wrong, write to ${support}. You are told once, unless mail arrives there in between.`,
    ].map(oneLine),
    items: applications.slice(0, named).map(({ id, name }, index) => ({
      text: name,
      note: more > 0 && index === named - 1 ? t`and ${more} more` : undefined,
      href: `${PUBLIC_URL}/manage-api-credentials/${id}`,
    })),
  };
}

function refusedText({ kind, person, address, answer: kept }: BounceNews): string {
  const answer = answerText(kept);
  if (kind === 'reminder') {
    return t`A reminder to ${person} (${address}) was refused for good. The mail server said: ${answer}`;
  }
  return kind === 'invitation'
    ? t`The invitation of ${person} (${address}) was refused for good. The mail server said: ${answer}`
    : t`A mail to ${person} (${address}) was refused for good. The mail server said: ${answer}`;
}
