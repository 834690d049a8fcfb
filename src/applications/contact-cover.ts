import { listed, plural, t } from '../platform/language/speaking.js';

/** Somebody who gets the mails about an application: an active credential manager or org admin. */
export interface Contact {
  name: string;
  manager: boolean;
  /** The last mail to this address was refused for good. */
  bounced: boolean;
  /** The last sign-in. */
  seenAt: Date | null;
}

const silentDays = 180;

/** As SQL: the last mail to the present address of the user `u` was refused, and IT has not said since that it is good. */
export const bounced = (u: string) => `
  ((select m.state = 'failed' from mails m where m.user_id = ${u}.id and m.to_address = ${u}.email
     and m.state in ('sent', 'failed')
     and (${u}.address_checked_at is null or m.finished_at > ${u}.address_checked_at)
   order by m.finished_at desc limit 1) is true)`;

/** As SQL: the same as `silent`, for the user `u`. */
export const silentFor = (u: string, now: string) => `
  (coalesce(${u}.last_sign_in_at, ${u}.activated_at) < ${now}::timestamptz - interval '${silentDays} days')`;

/**
 * What is wrong with the people around an application, one sentence each (R4, M6). Never a block.
 * @param reader IT gives roles itself; others are sent to support
 */
export function coverProblems(
  contacts: readonly Contact[],
  now: Date,
  reader: 'IT' | 'others' = 'others',
): string[] {
  const reachable = contacts.filter(({ manager, bounced }) => manager && !bounced).length;
  const refused = contacts.filter(({ bounced }) => bounced).map(({ name }) => name);
  const silent = contacts.filter(({ seenAt }) => isSilent(seenAt, now)).map(({ name }) => name);
  return [
    fewText(reachable, refused.length > 0, reader),
    refused.length > 0 && t`Mail to ${listed(refused)} was refused: the address may be wrong.`,
    silent.length > 0 &&
      plural(
        silent.length,
        t`${listed(silent)} has not signed in for ${silentDays} days.`,
        t`${listed(silent)} have not signed in for ${silentDays} days.`,
      ),
  ].filter((text) => typeof text === 'string');
}

function fewText(reachable: number, refused: boolean, reader: 'IT' | 'others'): string | undefined {
  if (reachable >= 2) return undefined;
  if (reachable === 1) {
    return refused
      ? t`This application has one reachable credential manager. With two, somebody can act when one is away.`
      : t`This application has one active credential manager. With two, somebody can act when one is away.`;
  }
  const nobody = refused
    ? t`This application has no reachable credential manager.`
    : t`This application has no active credential manager.`;
  const advice =
    reader === 'IT'
      ? t`Let the organisation name two, and give them the role.`
      : t`Ask support to appoint two.`;
  return `${nobody} ${advice}`;
}

function isSilent(seenAt: Date | null, now: Date): boolean {
  return seenAt !== null && now.getTime() - seenAt.getTime() > silentDays * 86_400_000;
}
