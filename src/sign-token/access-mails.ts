import type { Config } from '../platform/config/config.js';
import type { Language } from '../platform/language/languages.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';

export interface Reader {
  id: string;
  name: string;
  email: string;
  language: string | null;
}

/** `asked` is for managers, `invited` for a user; the others for whoever asked. */
export type AccessNews = 'asked' | 'invited' | 'accepted' | 'declined';

export interface AccessAbout {
  application: { id: string; name: string };
  /** Who asked, or decided. */
  by: string;
  note: string | null;
}

/** What a mail about access says, in the language of its reader. */
export function accessMail(
  news: AccessNews,
  about: AccessAbout,
  reader: Reader,
  language: Language,
  { PUBLIC_URL: url }: Pick<Config, 'PUBLIC_URL'>,
): OutgoingMessage {
  return speaking(language, () => {
    const { subject, paragraphs } = texts[news](about);
    const { note, application } = about;
    const href =
      news === 'asked'
        ? `${url}/manage-api-credentials/${application.id}/users`
        : `${url}/my-applications`;
    const link = { href, text: news === 'asked' ? t`Open the request` : t`Applications I use` };
    const all = note === null ? paragraphs : [...paragraphs, t`They write: ${note}`];
    const body = renderMail('notice', { subject, paragraphs: all, link, to: reader.email });
    const to = { name: reader.name, address: reader.email };
    return { kind: 'notice', userId: reader.id, to, subject, ...body };
  });
}

type Text = (about: AccessAbout) => { subject: string; paragraphs: string[] };

const texts: Record<AccessNews, Text> = {
  asked: ({ application: { name }, by }) => ({
    subject: t`${by} asks for access to ${name}`,
    paragraphs: [
      t`${by} wants to sign in for ${name} on its test domains. Accept it or decline it.`,
    ],
  }),
  invited: ({ application: { name }, by }) => ({
    subject: t`Try out ${name}?`,
    paragraphs: [
      t`${by} asks you to sign in for ${name} on its test domains. If you do not know why, decline it.`,
    ],
  }),
  accepted: ({ application: { name }, by }) => ({
    subject: t`Accepted: access to ${name}`,
    paragraphs: [t`${by} has accepted it: the test domains of ${name} are open.`],
  }),
  declined: ({ application: { name }, by }) => ({
    subject: t`Declined: access to ${name}`,
    paragraphs: [t`${by} has declined it: the test domains of ${name} stay closed.`],
  }),
};
