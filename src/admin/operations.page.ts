import { nextRotation, type KeyState, type Turn } from '../oauth/signing-key.js';
import type { LastAnchor } from '../audit/audit-anchors.service.js';
import type { Config } from '../platform/config/config.js';
import type { KeyNeed } from '../platform/keys/kept.js';
import type { Keys } from '../platform/keys/keys.js';
import { plural, t } from '../platform/language/speaking.js';
import { dayText, instantText } from '../platform/words.js';
import { leaksOf } from './leaks.page.js';
import type { LeakedSecret } from './leaks.query.js';
import { keyringsOf, lostWithKeys } from './keyrings.page.js';
import type { OperationsPage, State } from './models.js';
import {
  type DatabaseFacts,
  failedDays,
  type FailedMail,
  type WaitingMails,
} from './operations.query.js';
import { policyOf } from './policy.js';
import { runLine } from './reminder-runs.page.js';
import type { RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';
import { answerText } from '../reminders/answer-words.js';

export interface OperationsFacts {
  leaks: LeakedSecret[];
  runs: RunRow[];
  lastComplete: Date | null;
  waiting: WaitingMails[];
  failed: FailedMail[];
  signingKeys: (Turn & { state: KeyState })[];
  keyNeeds: KeyNeed[];
  database: DatabaseFacts;
  /** Names of the migrations that this version knows. */
  known: string[];
  /** The last head of the audit that was mailed outside. */
  head: LastAnchor | undefined;
  /** How far this server's clock is ahead of the database's, in milliseconds. */
  offset: number;
}

const hour = 3_600_000;
/** Codes are only right within half a minute. */
const largestOffset = 2_000;

export function operationsPage(
  facts: OperationsFacts,
  keys: Keys,
  config: Config,
  now: Date,
): OperationsPage {
  const newest = facts.signingKeys.at(-1);
  const rotation = newest && nextRotation(newest);
  return {
    problems: problemsOf(facts, keys, now),
    leaks: leaksOf(facts.leaks, now),
    runs: facts.runs.map(lastRun),
    lastComplete: facts.lastComplete ? moment(facts.lastComplete) : undefined,
    mails: mailsOf(facts),
    signingKeys: facts.signingKeys
      .filter(({ state }) => state !== 'ended')
      .reverse()
      .map(({ kid, state, signsFrom }) => ({
        kid,
        state: signingStates()[state],
        signsFrom: moment(signsFrom),
        age: ageText(now.getTime() - signsFrom.getTime()),
      })),
    nextKey: rotation && {
      published: moment(rotation.published),
      signs: moment(rotation.signs),
    },
    keyrings: keyringsOf(facts.keyNeeds, keys),
    policy: policyOf(config),
    installation: installationOf(facts, config),
  };
}

const signingStates = (): Record<KeyState, State> => ({
  next: { key: 'due', text: t`Next` },
  signing: { key: 'active', text: t`Signs` },
  published: { key: 'off', text: t`Signs no more` },
  ended: { key: 'deleted', text: t`Ended` },
});

function lastRun(row: RunRow): OperationsPage['runs'][number] {
  const { day, href, state } = runLine(row);
  const { due, sent, failed, skipped } = row;
  const text = t`${due} due, ${sent} sent, ${failed} failed, ${skipped} skipped`;
  return { day, href, state, text };
}

const mailKinds = () => ({
  invitation: t`Invitations`,
  notice: t`Notices`,
  reminder: t`Reminders`,
});

function mailsOf({ waiting, failed }: OperationsFacts): OperationsPage['mails'] {
  return {
    waiting: waiting.map(({ kind, count, oldest, next, answer }) => ({
      kind: mailKinds()[kind],
      count,
      oldest: moment(oldest),
      next: next ? moment(next) : undefined,
      answer: answer ? answerText(answer) : undefined,
    })),
    failed: failed.map(({ at, to, subject, answer }) => ({
      at: moment(at),
      to,
      subject,
      answer: answer ? answerText(answer) : '',
    })),
    failedCount: failed[0]?.count ?? 0,
  };
}

function installationOf({ database, known, offset, head }: OperationsFacts, config: Config) {
  const megabytes = Math.round(Number(database.bytes) / 1_048_576);
  return [
    {
      label: t`Database`,
      text: config.DATABASE_URL
        ? t`PostgreSQL ${database.version}, at DATABASE_URL, ${megabytes} MiB`
        : t`PostgreSQL ${database.version}, the own one in DATA_DIR, ${megabytes} MiB`,
    },
    { label: t`Migrations`, text: migrationText(database.applied, known) },
    {
      label: t`Clock`,
      text:
        offset < 0
          ? t`${offsetText(-offset)} behind the database's`
          : t`${offsetText(offset)} ahead of the database's`,
    },
    { label: t`Head of the audit`, text: headText(head, config) },
  ];
}

function headText(head: LastAnchor | undefined, config: Config): string {
  if (!config.AUDIT_HEAD_TO) return t`is not mailed outside: set AUDIT_HEAD_TO`;
  if (!head) return t`was not mailed outside yet`;
  const [day, row] = [dayText(head.day), head.position];
  if (head.mailState === 'failed') return t`of ${day}, row ${row}, refused by the mail server`;
  return head.sentAt
    ? t`of ${day}, row ${row}, sent on ${instantText(head.sentAt)}`
    : t`of ${day}, row ${row}, waits for the mail server`;
}

function migrationText(applied: string[], known: string[]): string {
  const missing = known.filter((name) => !applied.includes(name)).length;
  if (missing > 0) return t`${missing} of ${known.length} are not applied`;
  return applied.length > known.length
    ? t`written by a newer version than this one`
    : t`up to date, ${known.length} applied, the last one ${applied.at(-1) ?? ''}`;
}

function problemsOf(facts: OperationsFacts, keys: Keys, now: Date): string[] {
  const { waiting, failed, keyNeeds, database, known, offset } = facts;
  const late = waiting.filter(({ oldest }) => now.getTime() - oldest.getTime() > hour);
  const count = late.reduce((sum, each) => sum + each.count, 0);
  const given = failed[0]?.count ?? 0;
  return [
    late.length > 0 &&
      t`Mails wait for more than an hour (${count} in the queue). Does the mail server answer?`,
    given > 0 &&
      plural(
        given,
        t`${given} mail was refused for good in the last ${failedDays} days.`,
        t`${given} mails were refused for good in the last ${failedDays} days.`,
      ),
    ...lostWithKeys(keyNeeds, keys),
    database.applied.length !== known.length &&
      t`Migrations: ${migrationText(database.applied, known)}.`,
    Math.abs(offset) > largestOffset &&
      t`The clocks of server and database are ${offsetText(Math.abs(offset))} apart.`,
  ].filter((text): text is string => typeof text === 'string');
}

function offsetText(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : ageText(milliseconds);
}

/** How long something has been, or will be in, e.g. `3 days`, `in 2 hours`. */
function ageText(milliseconds: number): string {
  const text = lengthText(Math.abs(milliseconds));
  return milliseconds < 0 ? t`in ${text}` : text;
}

function lengthText(milliseconds: number): string {
  if (milliseconds < 2 * hour) {
    const count = Math.round(milliseconds / 60_000);
    return plural(count, t`${count} minute`, t`${count} minutes`);
  }
  if (milliseconds < 48 * hour) {
    const count = Math.round(milliseconds / hour);
    return plural(count, t`${count} hour`, t`${count} hours`);
  }
  const count = Math.floor(milliseconds / (24 * hour));
  return plural(count, t`${count} day`, t`${count} days`);
}
