import type { Config } from '../platform/config/config.js';
import { listed, plural, t } from '../platform/language/speaking.js';
import { oneLine } from '../platform/mail/one-line.js';
import { utcDay } from '../platform/utc-day.js';
import { endText } from '../platform/words.js';
import { daysLeft } from '../secrets/expiry.js';
import { replacement } from './decision.js';
import type { Ending, Recipient } from './endings.query.js';
import type { Owner } from './owner.js';

export type Tone = 'quiet' | 'warn' | 'bad';

/** Whole UTC days from today to the last day on which it works; negative afterwards. */
function left({ expiresAt }: Ending, now: Date): number {
  return daysLeft(expiresAt, utcDay(now));
}

export function isExpired({ expiresAt }: Ending, now: Date): boolean {
  return now >= expiresAt;
}

/** `ends in 12 days`, `ends today`, `has expired`: what a sentence about a secret goes on with. */
export function whenText(ending: Ending, now: Date): string {
  if (isExpired(ending, now)) return t`has expired`;
  const days = left(ending, now);
  return days === 0 ? t`ends today` : plural(days, t`ends in ${days} day`, t`ends in ${days} days`);
}

/** `“Name” ends in 12 days` */
export function headingOf(ending: Ending, now: Date): string {
  const name = oneLine(ending.name);
  if (isExpired(ending, now)) return t`“${name}” has expired`;
  const days = left(ending, now);
  if (days === 0) return t`“${name}” ends today`;
  return plural(days, t`“${name}” ends in ${days} day`, t`“${name}” ends in ${days} days`);
}

/** The same with whose it is: the first line of a mail. */
export function firstLineOf(ending: Ending, now: Date): string {
  const name = oneLine(ending.name);
  const owner = oneLine(ending.owner.name);
  if (isExpired(ending, now)) return t`“${name}” of ${owner} has expired`;
  const days = left(ending, now);
  if (days === 0) return t`“${name}” of ${owner} ends today`;
  return plural(
    days,
    t`“${name}” of ${owner} ends in ${days} day`,
    t`“${name}” of ${owner} ends in ${days} days`,
  );
}

/** The same for a digest, which begins with one of them. */
export function andOthers(first: string, others: number): string {
  return plural(
    others,
    t`${first}, and ${others} more secret needs attention`,
    t`${first}, and ${others} more secrets need attention`,
  );
}

/** As a mark: `12 days left`, `Last day`, `Expired`. */
export function leftText(ending: Ending, now: Date): string {
  if (isExpired(ending, now)) return t`Expired`;
  const days = left(ending, now);
  return days === 0 ? t`Last day` : plural(days, t`${days} day left`, t`${days} days left`);
}

/** The same for one that a newer one is used instead of. */
export function markOf(ending: Ending, now: Date): string {
  if (!replacement(ending, now)) return leftText(ending, now);
  if (isExpired(ending, now)) return t`Replaced, expired`;
  const days = left(ending, now);
  return days === 0
    ? t`Replaced, last day`
    : plural(days, t`Replaced, ${days} day left`, t`Replaced, ${days} days left`);
}

export function toneOf(ending: Ending, now: Date): Tone {
  if (replacement(ending, now)) return 'quiet';
  if (isExpired(ending, now) || left(ending, now) === 0) return 'bad';
  return left(ending, now) <= 7 ? 'warn' : 'quiet';
}

/** M9: days left, secret name and application; the days first, where a mail list cuts it off. */
export function subjectOf(urgent: Ending, others: number, now: Date): string {
  const subject = replacement(urgent, now)
    ? replacedSubject(urgent, now)
    : subjectOfOne(urgent, now);
  if (others === 0) return subject;
  return plural(
    others,
    t`${subject}, and ${others} more secret`,
    t`${subject}, and ${others} more secrets`,
  );
}

function subjectOfOne(ending: Ending, now: Date): string {
  const { name, owner } = ending;
  if (isExpired(ending, now)) return t`Expired: secret "${name}" of ${owner.name}`;
  const days = left(ending, now);
  if (days === 0) return t`Last day: secret "${name}" of ${owner.name}`;
  return plural(
    days,
    t`${days} day left: secret "${name}" of ${owner.name}`,
    t`${days} days left: secret "${name}" of ${owner.name}`,
  );
}

function replacedSubject(ending: Ending, now: Date): string {
  const { name, owner } = ending;
  if (isExpired(ending, now)) {
    return t`Delete it, a newer one is in use: secret "${name}" of ${owner.name}, expired`;
  }
  const days = left(ending, now);
  if (days === 0) {
    return t`Delete it, a newer one is in use: secret "${name}" of ${owner.name}, last day`;
  }
  return plural(
    days,
    t`Delete it, a newer one is in use: secret "${name}" of ${owner.name}, ${days} day left`,
    t`Delete it, a newer one is in use: secret "${name}" of ${owner.name}, ${days} days left`,
  );
}

/** What ends when, and what to do: the second line of the mail to somebody who can do it. */
export function leadOf(ending: Ending, now: Date): string {
  const end = endText(ending.expiresAt);
  const expired = isExpired(ending, now);
  const ofServer = ending.owner.kind === 'resource';
  if (replacement(ending, now)) {
    return expired
      ? t`It ended on ${end}. A newer secret is in use: delete this one.`
      : t`It works until ${end}. A newer secret is in use: delete this one.`;
  }
  if (expired) {
    return ofServer
      ? t`It ended on ${end}, and every call with it is refused. If the resource server still uses it, create a new secret now.`
      : t`It ended on ${end}, and every call with it is refused. If a system still uses it, create a new secret now.`;
  }
  return ofServer
    ? t`It works until ${end}. Create a new secret and switch the resource server to it before then.`
    : t`It works until ${end}. Create a new secret and switch your systems to it before then.`;
}

/** The same for an org admin, who looks on (R14): who does it, before what is to be done. */
export function lookOnLeadOf(ending: Ending, now: Date, whoActs: string): string {
  return `${stateText(ending, now)} ${whoActs}`;
}

function stateText(ending: Ending, now: Date): string {
  const end = endText(ending.expiresAt);
  const expired = isExpired(ending, now);
  if (replacement(ending, now)) {
    return expired
      ? t`It ended on ${end}. A newer secret is in use, so this one can be deleted.`
      : t`It works until ${end}. A newer secret is in use, so this one can be deleted.`;
  }
  return expired
    ? t`It ended on ${end}, and every call with it is refused.`
    : t`It works until ${end}.`;
}

/** M9: why the reader gets the mail. */
export function whyText(reader: readonly { role: Recipient; ending: Ending }[]): string {
  const managed = names(reader.filter(({ role }) => role.manager).map(ownerName));
  const organisations = names(
    reader.filter(({ role }) => role.orgAdmin).map(({ ending }) => ending.organisation!),
  );
  const servers = names(reader.filter(({ role }) => role.it).map(ownerName));
  const others = names(reader.flatMap(({ role }) => role.others.map(({ name }) => name)));
  const roles = [
    ...(managed.length > 0 ? [managerText(managed)] : []),
    ...(organisations.length > 0 ? [orgAdminText(organisations)] : []),
    ...(servers.length > 0 ? [staffText(servers)] : []),
    ...others.map((name) =>
      otherText(
        name,
        names(
          reader
            .filter(({ role }) => role.others.some((each) => each.name === name))
            .map(ownerName),
        ),
      ),
    ),
  ];
  return t`You get this mail because you are ${listed(roles)}.`;
}

/** More than this are counted and not named. */
const named = 3;

function managerText(all: readonly string[]): string {
  return all.length > named
    ? t`a credential manager of ${all.length} of these applications`
    : t`a credential manager of ${listed(all)}`;
}

function orgAdminText(all: readonly string[]): string {
  return all.length > named
    ? t`an org admin of ${all.length} of these organisations`
    : t`an org admin of ${listed(all)}`;
}

function staffText(all: readonly string[]): string {
  if (all.length > named) {
    return t`in IT, which looks after the resource servers of ${all.length} of these resources`;
  }
  return all.length === 1
    ? t`in IT, which looks after the resource server of ${all[0]!}`
    : t`in IT, which looks after the resource servers of ${listed(all)}`;
}

/** By a role that IT made. */
function otherText(role: string, all: readonly string[]): string {
  return all.length > named
    ? t`someone with the role “${role}” for ${all.length} of these`
    : t`someone with the role “${role}” for ${listed(all)}`;
}

/** Who can act is said by name, never by address. */
export function whoActsText(ending: Ending, { orgAdmin }: Recipient): string {
  const managers = ending.recipients.filter(({ acts }) => acts).map(({ name }) => name);
  if (!orgAdmin) {
    return managers.length > 0
      ? t`You cannot change this. Its credential managers do this: ${listed(managers)}.`
      : t`You cannot change this, and nobody who can is active: please ask for a credential manager.`;
  }
  return managers.length > 0
    ? t`As an org admin you can see this, not change it. Its credential managers do this: ${listed(managers)}.`
    : t`As an org admin you can see this, not change it, and no credential manager of this application is active: please ask for one.`;
}

/** The same for a digest, whose secrets may have different managers. */
export function whoActsInMany({ orgAdmin }: Recipient): string {
  if (!orgAdmin) {
    return t`You cannot change this. The credential managers of the applications do this.`;
  }
  return t`As an org admin you can see this, not change it. The credential managers of the applications do this.`;
}

/** Its page; that of the resource for the secret of a resource server, which has none of its own. */
export function hrefOf(
  { id, owner }: Pick<Ending, 'id' | 'owner'>,
  config: Pick<Config, 'PUBLIC_URL'>,
): string {
  return owner.kind === 'application'
    ? `${config.PUBLIC_URL}/manage-api-credentials/${owner.id}/secrets/${id}`
    : `${config.PUBLIC_URL}/admin/resources/${owner.id}`;
}

/** Where the other readers are told who is on it. */
export function answerHrefOf(ending: Ending, config: Config): string {
  const page = hrefOf(ending, config);
  return ending.owner.kind === 'application'
    ? `${page}/acknowledge`
    : `${page}/secrets/${ending.id}/acknowledge`;
}

/** In a digest, whose secrets have their own pages, or that of the resource: nobody in IT says "not mine". */
export function answersInMany(kinds: ReadonlySet<Owner['kind']>): string {
  if (!kinds.has('resource')) {
    return t`On the page of each secret you can tell the others that you are on it, that it is replaced, or that it is not yours any more.`;
  }
  return kinds.has('application')
    ? t`On the page of each secret of an application, and of each resource, you can tell the others that you are on it, or that it is replaced.`
    : t`On the page of each resource you can tell the others that you are on it, or that it is replaced.`;
}

function ownerName({ ending }: { ending: Ending }): string {
  return ending.owner.name;
}

function names(all: readonly string[]): string[] {
  return [...new Set(all)];
}
