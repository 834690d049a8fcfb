import { nextRotation, type KeyState, type Turn } from '../oauth/signing-key.js';
import type { LastAnchor } from '../audit/audit-anchors.service.js';
import type { Config } from '../platform/config/config.js';
import type { Keys } from '../platform/keys/keys.js';
import { dayText, instantText } from '../platform/words.js';
import type { OperationsPage, State } from './models.js';
import {
  type DatabaseFacts,
  failedDays,
  type FailedMail,
  type Sealed,
  type WaitingMails,
} from './operations.query.js';
import { policyOf } from './policy.js';
import { runLine } from './reminder-runs.page.js';
import type { RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';

export interface OperationsFacts {
  runs: RunRow[];
  lastComplete: Date | null;
  waiting: WaitingMails[];
  failed: FailedMail[];
  signingKeys: (Turn & { state: KeyState })[];
  hashKeys: { number: number; count: number }[];
  sealed: Sealed[];
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
    runs: facts.runs.map(lastRun),
    lastComplete: facts.lastComplete ? moment(facts.lastComplete) : undefined,
    mails: mailsOf(facts),
    signingKeys: facts.signingKeys
      .filter(({ state }) => state !== 'ended')
      .reverse()
      .map(({ kid, state, signsFrom }) => ({
        kid,
        state: signingStates[state],
        signsFrom: moment(signsFrom),
        age: ageText(now.getTime() - signsFrom.getTime()),
      })),
    nextKey: rotation && {
      published: moment(rotation.published),
      signs: moment(rotation.signs),
    },
    keyrings: keyringsOf(facts, keys),
    policy: policyOf(config),
    installation: installationOf(facts, config),
  };
}

const signingStates: Record<KeyState, State> = {
  next: { key: 'due', text: 'Next' },
  signing: { key: 'active', text: 'Signs' },
  published: { key: 'off', text: 'Signs no more' },
  ended: { key: 'deleted', text: 'Ended' },
};

function lastRun(row: RunRow): OperationsPage['runs'][number] {
  const { day, href, state } = runLine(row);
  const { due, sent, failed } = row;
  return { day, href, state, text: `${due} due, ${sent} sent, ${failed} failed` };
}

const mailKinds = { invitation: 'Invitations', notice: 'Notices', reminder: 'Reminders' };

function mailsOf({ waiting, failed }: OperationsFacts): OperationsPage['mails'] {
  return {
    waiting: waiting.map(({ kind, count, oldest, next, answer }) => ({
      kind: mailKinds[kind],
      count,
      oldest: moment(oldest),
      next: next ? moment(next) : undefined,
      answer: answer ?? undefined,
    })),
    failed: failed.map(({ at, to, subject, answer }) => ({
      at: moment(at),
      to,
      subject,
      answer: answer ?? '',
    })),
    failedCount: failed[0]?.count ?? 0,
  };
}

function keyringsOf(
  { hashKeys, sealed }: OperationsFacts,
  { hash, session, encryption }: Keys,
): OperationsPage['keyrings'] {
  const numbers = ({ all, current }: Keys['hash']) =>
    all.map(({ number }) => ({ number, current: number === current.number }));
  return [
    {
      kind: 'Hash keys',
      numbers: numbers(hash).map((each) => ({
        ...each,
        needs: needsText([
          [
            hashKeys.find(({ number }) => number === each.number)?.count ?? 0,
            ['secret', 'secrets'],
          ],
        ]),
      })),
    },
    { kind: 'Session keys', numbers: numbers(session) },
    {
      kind: 'Encryption keys',
      numbers: numbers(encryption).map((each) => ({ ...each, needs: sealedText(sealed, each) })),
    },
  ];
}

/** One, and several. */
const sealedWords: Record<Sealed['kind'], [string, string]> = {
  authenticators: ['authenticator app', 'authenticator apps'],
  enrolments: ['set-up under way', 'set-ups under way'],
  'signing keys': ['signing key', 'signing keys'],
  mails: ['mail that waits', 'mails that wait'],
};

function sealedText(sealed: Sealed[], { number }: { number: number }): string {
  const here = sealed.filter((each) => each.number === number);
  return needsText(here.map(({ count, kind }) => [count, sealedWords[kind]]));
}

function needsText(counts: [count: number, words: [string, string]][]): string {
  const texts = counts
    .filter(([count]) => count > 0)
    .map(([count, [one, several]]) => `${count} ${count === 1 ? one : several}`);
  return texts.join(', ') || 'nothing';
}

function installationOf({ database, known, offset, head }: OperationsFacts, config: Config) {
  const megabytes = Math.round(Number(database.bytes) / 1_048_576);
  const direction = offset < 0 ? 'behind' : 'ahead of';
  return [
    {
      label: 'Database',
      text: `PostgreSQL ${database.version}, ${config.DATABASE_URL ? 'at DATABASE_URL' : 'the own one in DATA_DIR'}, ${megabytes} MiB`,
    },
    { label: 'Migrations', text: migrationText(database.applied, known) },
    {
      label: 'Clock',
      text: `${offsetText(Math.abs(offset))} ${direction} the database's`,
    },
    { label: 'Head of the audit', text: headText(head, config) },
  ];
}

function headText(head: LastAnchor | undefined, config: Config): string {
  if (!config.AUDIT_HEAD_TO) return 'is not mailed outside: set AUDIT_HEAD_TO';
  if (!head) return 'was not mailed outside yet';
  const sent = head.sentAt ? `sent on ${instantText(head.sentAt)}` : 'waits for the mail server';
  const text = head.mailState === 'failed' ? 'refused by the mail server' : sent;
  return `of ${dayText(head.day)}, row ${head.position}, ${text}`;
}

function migrationText(applied: string[], known: string[]): string {
  const missing = known.filter((name) => !applied.includes(name)).length;
  if (missing > 0) return `${missing} of ${known.length} are not applied`;
  const newer = applied.length > known.length;
  return newer
    ? 'written by a newer version than this one'
    : `up to date, ${known.length} applied, the last one ${applied.at(-1)}`;
}

function problemsOf(facts: OperationsFacts, { hash, encryption }: Keys, now: Date): string[] {
  const { waiting, failed, hashKeys, sealed, database, known, offset } = facts;
  const late = waiting.filter(({ oldest }) => now.getTime() - oldest.getTime() > hour);
  const count = late.reduce((sum, each) => sum + each.count, 0);
  const given = failed[0]?.count ?? 0;
  const numbers = new Set(hash.all.map(({ number }) => number));
  const lost = hashKeys.filter(({ number }) => !numbers.has(number));
  const opened = new Set(encryption.all.map(({ number }) => number));
  const closed = new Set(sealed.map(({ number }) => number).filter((each) => !opened.has(each)));
  return [
    late.length > 0 &&
      `Mails wait for more than an hour (${count} in the queue). Does the mail server answer?`,
    given > 0 &&
      `${given} ${given === 1 ? 'mail was' : 'mails were'} refused for good in the last ${failedDays} days.`,
    ...lost.map(
      ({ number, count }) =>
        `${count} ${count === 1 ? 'secret needs' : 'secrets need'} hash key number ${number}, which is not configured: they do not work.`,
    ),
    ...[...closed].map(
      (number) =>
        `Encryption key number ${number} is not configured, and sealed with it: ${sealedText(sealed, { number })}. They cannot be read.`,
    ),
    database.applied.length !== known.length &&
      `Migrations: ${migrationText(database.applied, known)}.`,
    Math.abs(offset) > largestOffset &&
      `The clocks of server and database are ${offsetText(Math.abs(offset))} apart.`,
  ].filter((text): text is string => typeof text === 'string');
}

function offsetText(milliseconds: number): string {
  return milliseconds < 10_000 ? `${Math.round(milliseconds)} ms` : ageText(milliseconds);
}

/** How long something has been, or will be in, e.g. `3 days`, `in 2 hours`. */
function ageText(milliseconds: number): string {
  const [count, unit] = amountOf(Math.abs(milliseconds));
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`;
  return milliseconds < 0 ? `in ${text}` : text;
}

function amountOf(milliseconds: number): [number, string] {
  if (milliseconds < 2 * hour) return [Math.round(milliseconds / 60_000), 'minute'];
  if (milliseconds < 48 * hour) return [Math.round(milliseconds / hour), 'hour'];
  return [Math.floor(milliseconds / (24 * hour)), 'day'];
}
