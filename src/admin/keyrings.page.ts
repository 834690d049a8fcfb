import type { KeyNeed } from '../platform/keys/kept.js';
import type { Keyring } from '../platform/keys/keyring.js';
import type { Keys } from '../platform/keys/keys.js';
import { plural, t } from '../platform/language/speaking.js';
import type { OperationsPage } from './models.js';

/** The service's own keys by their numbers, and what needs each. */
export function keyringsOf(
  needs: KeyNeed[],
  { hash, session, encryption }: Keys,
): OperationsPage['keyrings'] {
  const numbers = ({ all, current }: Keyring) =>
    all.map(({ number }) => ({ number, current: number === current.number }));
  const counted = (ring: Keyring, kind: KeyNeed['kind']) =>
    numbers(ring).map((each) => ({ ...each, needs: needsText(needs, kind, each.number) }));
  return [
    { kind: t`Hash keys`, numbers: counted(hash, 'HASH_KEYS') },
    { kind: t`Session keys`, numbers: numbers(session) },
    { kind: t`Encryption keys`, numbers: counted(encryption, 'ENCRYPTION_KEYS') },
  ];
}

/** What is lost, because its key is not configured. */
export function lostWithKeys(needs: KeyNeed[], { hash, encryption }: Keys): string[] {
  return [
    ...missing(needs, 'HASH_KEYS', hash).map((number) => {
      const things = needsText(needs, 'HASH_KEYS', number);
      return t`Hash key number ${number} is not configured, and needed by: ${things}. They do not work.`;
    }),
    ...missing(needs, 'ENCRYPTION_KEYS', encryption).map((number) => {
      const things = needsText(needs, 'ENCRYPTION_KEYS', number);
      return t`Encryption key number ${number} is not configured, and sealed with it: ${things}. They cannot be read.`;
    }),
  ];
}

function missing(needs: KeyNeed[], kind: KeyNeed['kind'], { all }: Keyring): number[] {
  const known = new Set<number | null>([null, ...all.map(({ number }) => number)]);
  const needed = needs.filter((each) => each.kind === kind && !known.has(each.number));
  return [...new Set(needed.map(({ number }) => number!))];
}

function needsText(needs: KeyNeed[], kind: KeyNeed['kind'], number: number): string {
  const texts = needs
    .filter((each) => each.kind === kind && each.number === number)
    .map(({ table, count }) => words[table]?.(count) ?? `${count} ${table}`);
  return texts.join(', ') || t`nothing`;
}

/** By table; a test asks for one for each that needs keys. */
export const words: Record<string, (count: number) => string> = {
  calendar_feeds: (n) => plural(n, t`${n} calendar address`, t`${n} calendar addresses`),
  mails: (n) => plural(n, t`${n} mail that waits`, t`${n} mails that wait`),
  recovery_codes: (n) => plural(n, t`${n} recovery code`, t`${n} recovery codes`),
  secrets: (n) => plural(n, t`${n} secret`, t`${n} secrets`),
  sessions: (n) => plural(n, t`${n} set-up under way`, t`${n} set-ups under way`),
  signing_keys: (n) => plural(n, t`${n} signing key`, t`${n} signing keys`),
  totp_factors: (n) => plural(n, t`${n} authenticator app`, t`${n} authenticator apps`),
  webhook_endpoints: (n) =>
    plural(n, t`${n} signing secret of webhooks`, t`${n} signing secrets of webhooks`),
};
