import { environmentTexts } from '../applications/environment-words.js';
import type { TokenWish } from '../applications/resource-values.js';
import { signInResource } from '../applications/sign-in-resource.js';
import { plural, t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { distanceText, endText, instantText, momentOf } from '../platform/words.js';
import { daysLeft, lastDay } from '../secrets/expiry.js';
import { refusedLine } from '../secrets/refused-calls.js';
import { isLive, secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import { isSuperseded } from '../secrets/superseded.js';
import { usedBy } from './catalogue.page.js';
import { leakText } from '../leaks/leak-words.js';
import { resourceHref, serverSecretHref } from './hrefs.js';
import type { ResourcePage, ResourcesPage } from './models.js';
import {
  answersTo,
  nextMail,
  reminderLines,
  type ServerReminders,
} from './resource-reminders.page.js';
import { resourceText } from './resource-secret.page.js';
import type { ResourceRow, ServerSecret } from './resources.query.js';

const formats = { jwt: () => 'JWT', opaque: () => t`Opaque` };

export function resourceLine(row: ResourceRow, now: Date): ResourcesPage['resources'][number] {
  const live = row.secrets.filter((secret) => isLive(secret, now));
  const first = live[0];
  return {
    name: row.name,
    href: resourceHref(row.id),
    environment: { key: row.environment, text: environmentTexts[row.environment]() },
    api: row.api,
    audience: row.audience,
    tokens: t`${formats[row.tokenFormat]()}, ${row.tokenSeconds / 60} min`,
    secrets: live.length,
    nextEnd: first && {
      iso: first.expiresAt.toISOString(),
      text: endText(first.expiresAt),
      when: distanceText(lastDay(first.expiresAt), utcDay(now)),
    },
    warning: warningOf(row, now),
  };
}

/** @param form what was typed about its tokens, and what was wrong with it */
export function resourcePage(
  row: ResourceRow,
  { ledger, mails, endings }: ServerReminders,
  { now, domains }: { now: Date; domains: boolean },
  form: TokenWish = { minutes: String(row.tokenSeconds / 60), format: row.tokenFormat },
  error?: unknown,
): ResourcePage {
  const href = resourceHref(row.id);
  const { minutes, format } = fieldsOf(form, error);
  return {
    name: row.name,
    text: resourceText(row),
    environment: { key: row.environment, text: environmentTexts[row.environment]() },
    facts: [
      { label: t`API`, text: row.api },
      { label: t`Audience`, text: row.audience },
      { label: t`Scope`, text: row.scope },
      { label: t`Granted to`, text: applicationsText(row.granted) },
    ],
    warning: warningOf(row, now),
    tokens: { action: `${href}/tokens`, minutes, format },
    verification:
      domains && row.id === signInResource
        ? { needed: row.needsVerification, action: `${href}/verification` }
        : undefined,
    renameHref: `${href}/name`,
    deletion: { inTheWay: usedBy(row), href: `${href}/delete` },
    clientId: row.id,
    newSecretHref: `${href}/secrets/new`,
    secrets: row.secrets.map((secret) => ({
      ...secretLine(row, secret, now),
      nextMail: nextMail(secret, mails, now),
      said: answersTo(secret, endings, now),
    })),
    reminders: reminderLines(row, ledger),
    refused: row.refused.map(refusedLine),
  };
}

function secretLine(row: ResourceRow, secret: ServerSecret, now: Date) {
  const others = row.secrets.filter(({ id }) => id !== secret.id);
  const state = secretState({ ...secret, superseded: isSuperseded(secret, others, now) }, now);
  const href = serverSecretHref(row.id, secret.id);
  const turn = secret.disabledAt
    ? { label: t`Switch on`, href: `${href}/switch-on`, danger: false }
    : { label: t`Switch off`, href: `${href}/switch-off`, danger: false };
  // As soon as the first mail can come; nobody is mailed about one that is off.
  const asks = !secret.disabledAt && daysLeft(secret.expiresAt, utcDay(now)) <= 42;
  return {
    name: secret.name,
    hint: secret.hint,
    state: { key: state, text: secretStateTexts[state]() },
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
    endsWhen: distanceText(lastDay(secret.expiresAt), utcDay(now)),
    leak: secret.leak ? leakText(secret.leak) : undefined,
    lastUsed: secret.lastUsedAt ? momentOf(secret.lastUsedAt) : undefined,
    created: createdText(secret),
    actions: [
      ...(asks ? [{ label: t`Who is on it?`, href: `${href}/acknowledge`, danger: false }] : []),
      ...(state === 'expired' ? [] : [turn]),
      { label: t`Delete`, href: `${href}/delete`, danger: true },
    ],
  };
}

/** Beside the mails: IT sees it where it works. */
function warningOf({ secrets }: ResourceRow, now: Date): string | undefined {
  if (secrets.length === 0) return undefined;
  const live = secrets.filter((secret) => isLive(secret, now));
  const last = live.at(-1);
  if (!last) return t`No secret of its resource server works. It cannot ask about tokens.`;
  const state = secretState({ ...last, superseded: false }, now);
  if (state !== 'expiring') return undefined;
  const when = distanceText(lastDay(last.expiresAt), utcDay(now));
  return t`The last secret of its resource server ends ${when}. Create a new one and switch over.`;
}

function applicationsText(count: number): string {
  if (count === 0) return t`no application`;
  return plural(count, t`${count} application`, t`${count} applications`);
}

function createdText({ createdAt, createdBy }: ServerSecret): string {
  const at = instantText(createdAt);
  return createdBy.left
    ? t`created ${at}, by ${createdBy.name} (left)`
    : t`created ${at}, by ${createdBy.name}`;
}
