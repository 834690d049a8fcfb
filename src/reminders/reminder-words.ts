import type { Config } from '../platform/config/config.js';
import { utcDay } from '../platform/utc-day.js';
import { listed } from '../platform/language/speaking.js';
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

/** `ends in 12 days`, `ends in 1 day`, `ends today`, `has expired`. */
export function whenText(ending: Ending, now: Date): string {
  if (isExpired(ending, now)) return 'has expired';
  const days = left(ending, now);
  return days === 0 ? 'ends today' : `ends in ${daysText(days)}`;
}

/** The same as a mark: `12 days left`, `Last day`, `Expired`. */
export function leftText(ending: Ending, now: Date): string {
  if (isExpired(ending, now)) return 'Expired';
  const days = left(ending, now);
  return days === 0 ? 'Last day' : `${daysText(days)} left`;
}

export function toneOf(ending: Ending, now: Date): Tone {
  if (replacement(ending, now)) return 'quiet';
  if (isExpired(ending, now) || left(ending, now) === 0) return 'bad';
  return left(ending, now) <= 7 ? 'warn' : 'quiet';
}

/** M9: days left, secret name and application; the days first, where a mail list cuts it off. */
export function subjectOf(urgent: Ending, others: number, now: Date): string {
  const more = others === 0 ? '' : `, and ${others} more ${others === 1 ? 'secret' : 'secrets'}`;
  const what = `secret "${urgent.name}" of ${urgent.owner.name}`;
  if (!replacement(urgent, now)) return `${leftText(urgent, now)}: ${what}${more}`;
  return `Delete it, a newer one is in use: ${what}, ${leftText(urgent, now).toLowerCase()}${more}`;
}

/** What ends when, and what to do: the second line of the mail to somebody who can do it. */
export function leadOf(ending: Ending, now: Date): string {
  const until = untilText(ending, now);
  if (replacement(ending, now)) return `${until}. A newer secret is in use: delete this one.`;
  const ofServer = ending.owner.kind === 'resource';
  return isExpired(ending, now)
    ? `${until}, and every call with it is refused. If ${ofServer ? 'the resource server' : 'a system'} still uses it, create a new secret now.`
    : `${until}. Create a new secret and switch ${ofServer ? 'the resource server' : 'your systems'} to it before then.`;
}

/** The same for an org admin, who looks on (R14): who does it, before what is to be done. */
export function lookOnLeadOf(ending: Ending, now: Date, whoActs: string): string {
  const newer = replacement(ending, now);
  const state = newer
    ? '. A newer secret is in use, so this one can be deleted'
    : isExpired(ending, now)
      ? ', and every call with it is refused'
      : '';
  return `${untilText(ending, now)}${state}. ${whoActs}`;
}

function untilText(ending: Ending, now: Date): string {
  return `It ${isExpired(ending, now) ? 'ended on' : 'works until'} ${endText(ending.expiresAt)}`;
}

/** M9: why the reader gets the mail. */
export function whyText(reader: readonly { role: Recipient; ending: Ending }[]): string {
  const managed = names(reader.filter(({ role }) => role.manager).map(owner));
  const organisations = names(
    reader.filter(({ role }) => role.orgAdmin).map(({ ending }) => ending.organisation!),
  );
  const servers = names(reader.filter(({ role }) => role.it).map(owner));
  const roles = [
    managed.length > 0 && `a credential manager of ${someOf(managed, 'applications')}`,
    organisations.length > 0 && `an org admin of ${someOf(organisations, 'organisations')}`,
    servers.length > 0 &&
      `in IT, which looks after the resource ${servers.length === 1 ? 'server' : 'servers'} of ${someOf(servers, 'resources')}`,
  ].filter(Boolean);
  return `You get this mail because you are ${roles.join(' and ')}.`;
}

/** Who can act is said by name, never by address. */
export function whoActsText(ending: Ending): string {
  const managers = ending.recipients.filter(({ manager }) => manager).map(({ name }) => name);
  return managers.length > 0
    ? `As an org admin you can see this, not change it. Its credential managers do this: ${listed(managers)}.`
    : 'As an org admin you can see this, not change it, and no credential manager of this application is active: please ask for one.';
}

/** The same for a digest, whose secrets may have different managers. */
export const whoActsInMany =
  'As an org admin you can see this, not change it. The credential managers of the applications do this.';

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
export function answerHrefOf({ id, owner }: Ending, config: Config): string {
  return owner.kind === 'application'
    ? `${config.PUBLIC_URL}/manage-api-credentials/${owner.id}/secrets/${id}/acknowledge`
    : `${config.PUBLIC_URL}/admin/resources/${owner.id}/secrets/${id}/acknowledge`;
}

/** What can be answered there, after "Tell the others": nobody in IT says "not mine". */
export function answersOf(kind: Owner['kind']): string {
  return kind === 'application'
    ? 'that you are on it, that it is replaced, or that it is not yours any more'
    : 'that you are on it, or that it is replaced';
}

/** The same in a digest, whose secrets have their own pages, or that of the resource. */
export function answersInMany(kinds: ReadonlySet<Owner['kind']>): string {
  if (!kinds.has('resource')) {
    return `On the page of each secret you can tell the others ${answersOf('application')}.`;
  }
  const pages = kinds.has('application')
    ? 'each secret of an application, and of each resource,'
    : 'each resource';
  return `On the page of ${pages} you can tell the others ${answersOf('resource')}.`;
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}

function owner({ ending }: { ending: Ending }): string {
  return ending.owner.name;
}

function names(all: readonly string[]): string[] {
  return [...new Set(all)];
}

function someOf(all: readonly string[], kind: string): string {
  return all.length > 3 ? `${all.length} of these ${kind}` : listed(all);
}
