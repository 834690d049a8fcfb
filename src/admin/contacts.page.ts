import { coverProblems } from '../applications/contact-cover.js';
import { t } from '../platform/language/speaking.js';
import { momentOf } from '../platform/words.js';
import { type ContactFilter, contactFilters, type ContactsRow } from './contacts.query.js';
import { applicationHref, organisationHref, userHref } from './hrefs.js';
import type { ContactsPage } from './models.js';

const filterTexts = (): Record<ContactFilter, string> => ({
  any: t`Everything`,
  few: t`Fewer than two managers`,
  bounced: t`Mail refused`,
  silent: t`Long not signed in`,
  not_mine: t`Not theirs any more`,
});

export function contactChoices(show: ContactFilter): ContactsPage['choices'] {
  return contactFilters.map((each) => ({
    text: filterTexts()[each],
    href: `/admin/contacts?show=${each}`,
    current: each === show,
  }));
}

export function contactLine(row: ContactsRow, now: Date): ContactsPage['applications'][number] {
  const people = row.people.map((each) => ({
    ...each,
    seenAt: each.seenAt === null ? null : new Date(each.seenAt),
  }));
  return {
    application: { label: row.name, href: applicationHref(row.id) },
    organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
    problems: coverProblems(people, now, 'IT'),
    refused: people
      .filter(({ bounced }) => bounced)
      .map(({ id, name, email }) => ({
        person: { label: name, href: userHref(id) },
        email,
        action: `/admin/contacts/users/${id}/address-checked`,
      })),
    notMine: row.notMine.map(({ id, userId, name, secret, saidAt }) => ({
      person: { label: name, href: userHref(userId) },
      secret,
      at: momentOf(new Date(saidAt)),
      action: `/admin/contacts/not-mine/${id}/settle`,
    })),
  };
}
