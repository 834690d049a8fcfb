import { isContact, isIt, mayManage } from '../applications/permission.js';
import type { Actor } from '../audit/audit.service.js';
import type { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { plural, speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { Outbox } from '../platform/mail/outbox.service.js';
import type { Flagged } from './leak-rows.js';

interface Reader {
  id: string;
  name: string;
  email: string;
  language: string | null;
  /** Of the secrets that the mail is about. */
  secrets: string[];
}

/** More are counted: a mail is read by people. */
const listedAtMost = 50;

/**
 * Mails managers, those who are reminded and IT, each once about all that is theirs, in their language.
 * A mail says what and where, as far as scheme and host.
 */
export async function mailAbout(
  tx: Tx,
  outbox: Outbox,
  flagged: Flagged[],
  reporter: Actor,
  now: Date,
  { PUBLIC_URL }: Config,
): Promise<void> {
  const byId = new Map(flagged.map((each) => [each.id, each]));
  for (const { secrets, ...reader } of await readersOf(tx, [...byId.keys()], now)) {
    const theirs = secrets.map((id) => byId.get(id)!);
    const message = speaking(mailLanguage(reader.language), () => {
      const notice = noticeOf(theirs, reporter, PUBLIC_URL);
      return { subject: notice.subject, ...renderMail('notice', { ...notice, to: reader.email }) };
    });
    const to = { name: reader.name, address: reader.email };
    await outbox.enqueue(tx, { kind: 'notice', userId: reader.id, to, ...message }, now);
  }
}

function readersOf(tx: Tx, ids: string[], now: Date): Promise<Reader[]> {
  return tx.query<Reader[]>(
    `select p.id, p.name, p.email, p.language, array_agg(s.id order by n.place) as secrets
     from unnest($1::uuid[]) with ordinality as n (id, place) join secrets s on s.id = n.id
     left join applications a on a.id = s.application_id
     join users p on p.closed_at is null and p.activated_at is not null and (${isIt('p.id', '$2')}
       or a.id is not null and (${mayManage('a', 'p.id', '$2')} or ${isContact('a', 'p.id', '$2')}))
     group by p.id order by p.email`,
    [ids, now],
  );
}

function noticeOf(secrets: Flagged[], reporter: Actor, url: string) {
  const [first] = secrets;
  const count = secrets.length;
  const off = secrets.filter(({ switchedOff }) => switchedOff).length;
  const more = count - listedAtMost;
  const of = ownerOf(first!);
  return {
    subject:
      count === 1 ? t`Leaked: a secret of ${of}` : t`Leaked: ${count} secrets, of ${of} and others`,
    paragraphs: [
      plural(
        count,
        reporter.id === null
          ? t`A secret of ${of} was found where everybody may read it. Whoever has it can act in the name of its owner.`
          : t`${reporter.name} has said that a secret of ${of} may have leaked. Whoever has it can act in the name of its owner.`,
        t`${count} secrets were found where everybody may read them. Whoever has one can act in the name of its owner.`,
      ),
      stateText(count, off),
      t`What to do now: create a new secret, put it into the systems that use this one, and delete this one. To take it away from the place where it was found is not enough: others may have it already.`,
      ...(more > 0
        ? [plural(more, t`${more} more is not listed here.`, t`${more} more are not listed here.`)]
        : []),
    ],
    items: secrets.slice(0, listedAtMost).map((each) => ({
      text: t`${each.name} (${each.hint}…) of ${ownerOf(each)}`,
      note: each.foundAt ? t`Found at ${each.foundAt}` : undefined,
      href: url + hrefOf(each),
    })),
    link: count === 1 ? { href: url + hrefOf(first!), text: t`Open the secret` } : undefined,
  };
}

function stateText(count: number, off: number): string {
  if (off === 0) {
    return plural(
      count,
      t`It still works, so that nothing stops before its replacement is in place. If strangers use it, switch it off at once.`,
      t`They still work, so that nothing stops before their replacements are in place. If strangers use one, switch it off at once.`,
    );
  }
  return off === count
    ? plural(
        count,
        t`It was switched off at once: systems that use it are refused until they have a new one.`,
        t`They were switched off at once: systems that use them are refused until they have new ones.`,
      )
    : t`${off} of them were switched off at once; the others had been switched off before.`;
}

function ownerOf({ application, resource }: Flagged): string {
  return application ?? t`the resource server ${resource!}`;
}

function hrefOf({ id, applicationId, resourceId }: Flagged): string {
  return applicationId === null
    ? `/admin/resources/${resourceId}`
    : `/manage-api-credentials/${applicationId}/secrets/${id}`;
}
