import { t } from '../platform/language/speaking.js';
import type { Finding } from '../secrets/which-secret.service.js';
import { secretLine } from './credentials.page.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import { applicationHref } from './hrefs.js';
import type { WhichSecretPage } from './models.js';

const texts = (): Record<Exclude<Finding['kind'], 'found'>, { title: string; text: string }> => ({
  client_id: {
    title: t`This looks like a client ID`,
    text: t`A client ID is public and tells which application is calling. The secret is the longer value with “_kt1_” in it.`,
  },
  broken: {
    title: t`A secret with a fault`,
    text: t`It has the form of a secret, but its checksum is wrong. Perhaps a character is missing or was changed, or it still has quotes or spaces around it.`,
  },
  unknown: {
    title: t`Not a secret of Keyturn`,
    text: t`Our secrets are 51 characters long, with “_kt1_” after the first three.`,
  },
  not_yours: {
    title: t`Not one of yours`,
    text: t`It has the form of a secret, but it belongs to no application that you manage.`,
  },
});

/** What the page says about a pasted value; never the value itself. */
export function whichSecretAnswer(
  found:
    Exclude<Finding['kind'], 'found'> | { row: ApplicationRow; secret: SecretRecord; now: Date },
): NonNullable<WhichSecretPage['answer']> {
  if (typeof found === 'string') return texts()[found];
  const { row, secret, now } = found;
  return {
    title: t`This is one of yours`,
    text: t`Do not leave it lying about: whoever has it can use it.`,
    found: {
      secret: secretLine(row, secret, now),
      application: { name: row.name, href: applicationHref(row.id) },
    },
  };
}
