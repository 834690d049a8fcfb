import { coverProblems } from '../applications/contact-cover.js';
import { roleTitle } from '../applications/role-words.js';
import { leakDates, leakText } from '../leaks/leak-words.js';
import { listed, t } from '../platform/language/speaking.js';
import { endText, instantText } from '../platform/words.js';
import { label } from '../reminders/milestones.js';
import { outcomeText } from '../reminders/outcomes.js';
import { refusedLine } from '../secrets/refused-calls.js';
import { secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import { isSuperseded } from '../secrets/superseded.js';
import { usageDates } from '../secrets/usage-json.js';
import {
  applicationHref,
  organisationHref,
  resourceHref,
  secretsHref,
  supportHref,
  userHref,
} from './hrefs.js';
import type { SupportApplicationPage, SupportPage, State } from './models.js';
import type { SupportFacts, SupportSecret } from './support.query.js';
import { type Found, type FoundSecret, foundAtMost } from './support-search.query.js';
import { applicationState, dayOf, maybeDay, moment, roleTexts, userState } from './words.js';
import { answerText } from '../reminders/answer-words.js';

export function foundPage(q: string, found: Found, now: Date): SupportPage {
  const { applications, secrets, people, resources } = found;
  const [resource] = resources;
  const lists = [applications, secrets, people];
  return {
    q,
    found: {
      applications: applications.slice(0, foundAtMost).map((each) => ({
        link: { label: each.name, href: supportHref(each.id) },
        organisation: each.organisation,
        clientId: each.clientId,
        state: applicationState(each),
      })),
      secrets: secrets.slice(0, foundAtMost).map((each) => foundSecret(each, now)),
      people: people.slice(0, foundAtMost).map((each) => ({
        name: each.name,
        email: each.email,
        href: userHref(each.id),
        state: userState(each),
        organisation: { label: each.organisation ?? t`Operator staff` },
        roles: roleTexts(each),
      })),
      resource: resource && { label: resource.name, href: resourceHref(resource.id) },
      more: lists.some((list) => list.length > foundAtMost),
      nothing: !resource && lists.every((list) => list.length === 0),
    },
  };
}

function foundSecret(row: FoundSecret, now: Date) {
  const ends = new Date(row.expiresAt);
  const standing = {
    expiresAt: ends,
    disabledAt: row.disabledAt === null ? null : new Date(row.disabledAt),
    deletedAt: row.deletedAt === null ? null : new Date(row.deletedAt),
    superseded: false,
  };
  return {
    name: row.name,
    hint: row.hint,
    place: row.applicationId
      ? { label: row.application!, href: supportHref(row.applicationId) }
      : { label: row.resource!, href: resourceHref(row.resourceId!) },
    state: stateText(secretState(standing, now)),
    ends: { iso: ends.toISOString(), text: endText(ends) },
  };
}

export function supportApplicationPage(row: SupportFacts, now: Date): SupportApplicationPage {
  const standing = { deleted: row.deletedAt !== null, disabled: row.disabledAt !== null };
  return {
    name: row.name,
    organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
    clientId: row.clientId,
    state: applicationState(standing),
    facts: factsOf(row),
    problems: standing.deleted ? [] : problemsOf(row, now),
    links: [
      { label: t`Look after it`, href: applicationHref(row.id) },
      ...(standing.deleted ? [] : [{ label: t`As its people see it`, href: secretsHref(row.id) }]),
      { label: t`Audit`, href: `/admin/audit?on=${row.id}` },
    ],
    people: row.people.map((each) => ({
      person: { label: each.name, href: userHref(each.id) },
      email: each.email,
      role: listed(each.roles.map(({ key, name }) => roleTitle(key, name))),
      state: userState({ activated: each.activated, closed: false }),
      lastSignIn: maybeDay(each.seenAt),
      refused: each.bounced,
    })),
    secrets: row.secrets.map((secret) => secretLine(secret, row, now)),
    reminders: row.reminders.map((each) => ({
      at: moment(each.at),
      secret: each.secret,
      milestone: label(each.milestone),
      recipient: each.address ?? undefined,
      outcome: { key: each.state, text: outcomeText(each.state) },
      answer: each.answer ? answerText(each.answer) : undefined,
    })),
    refused: row.refused.map(refusedLine),
  };
}

function factsOf(row: SupportFacts) {
  const facts = [
    { label: t`API`, text: row.api },
    { label: t`Resources`, text: row.resources.join(', ') || t`none` },
    { label: t`Created`, text: instantText(row.createdAt) },
  ];
  if (row.disabledAt) facts.push({ label: t`Disabled`, text: instantText(row.disabledAt) });
  if (row.deletedAt) facts.push({ label: t`Deleted`, text: instantText(row.deletedAt) });
  return facts;
}

/** Those who have signed in once are the ones who are mailed. */
function problemsOf({ people }: SupportFacts, now: Date): string[] {
  const contacts = people
    .filter(({ activated, manager, receives }) => activated && (manager || receives))
    .map((each) => ({ ...each, seenAt: each.seenAt === null ? null : new Date(each.seenAt) }));
  return coverProblems(contacts, now, 'IT');
}

function secretLine(row: SupportSecret, { id, deletedAt, secrets }: SupportFacts, now: Date) {
  const secret = usageDates(row);
  const others = secrets.filter((each) => each.id !== row.id).map(usageDates);
  const day = dayOf(row.createdAt).text;
  const leak = secret.deletedAt ? null : leakDates(row.leak);
  const key = secretState({ ...secret, superseded: isSuperseded(secret, others, now) }, now);
  return {
    name: row.name,
    hint: row.hint,
    href: deletedAt ? undefined : `${secretsHref(id)}/secrets/${row.id}`,
    state: stateText(key),
    leak: leak ? leakText(leak) : undefined,
    created: row.createdBy ? t`${day}, by ${row.createdBy}` : day,
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
    lastUsed: row.lastUsedAt ? moment(row.lastUsedAt) : undefined,
  };
}

function stateText(key: keyof typeof secretStateTexts): State {
  return { key, text: secretStateTexts[key]() };
}
