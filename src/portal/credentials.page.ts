import { environmentTexts } from '../applications/environment-words.js';
import type { Viewer } from '../authentication/viewer.js';
import { leakText } from '../leaks/leak-words.js';
import { t } from '../platform/language/speaking.js';
import { acknowledgementText, counts } from '../reminders/acknowledgement.js';
import { label, type Milestone } from '../reminders/milestones.js';
import { daysLeft, lastDay } from '../secrets/expiry.js';
import { isLive, secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import { isSuperseded } from '../secrets/superseded.js';
import { limitText } from '../secrets/secrets.service.js';
import { distanceText, endText, momentOf } from '../platform/words.js';
import { daysBetween, utcDay } from '../platform/utc-day.js';
import { refusedLine } from '../secrets/refused-calls.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import { adminHref, applicationHref, secretHref } from './hrefs.js';
import type * as models from './models.js';
import { contact, cover, nameOf, otherPeople, recipientsOf, someone } from './people.page.js';
import { delays, rotationPanel } from './rotation.page.js';
import { actionsOf, siblings } from './secret-action.page.js';
import { lostText, warningOf } from './warning.page.js';

const disabledText = () =>
  t`IT has disabled this application. Its secrets do not work until it is enabled.`;

export function homeApplication(
  row: ApplicationRow,
  viewer: Viewer,
  now: Date,
): models.HomeApplication {
  return {
    id: row.id,
    name: row.name,
    organisation: row.organisation,
    href: applicationHref(row.id),
    clientId: row.clientId,
    disabled: row.disabled ? disabledText() : undefined,
    environments: environments(row),
    cannotConnect: cannotConnect(row, now),
    secrets: row.secrets.map((secret) => secretLine(row, secret, now)),
    cover: cover(row, now, viewer),
    managers: row.managers.map(nameOf),
    createHref:
      row.mayManage && !row.disabled ? `${applicationHref(row.id)}/secrets/new` : undefined,
  };
}

/** No secret of it works, for reasons of its own (A8 has a sentence already). */
function cannotConnect(row: ApplicationRow, now: Date): string | undefined {
  if (row.disabled || row.secrets.some((secret) => isLive(secret, now))) return undefined;
  return row.secrets.length === 0
    ? t`No secret yet. This application cannot connect.`
    : t`None of its secrets works. This application cannot connect.`;
}

export function applicationPage(
  row: ApplicationRow,
  now: Date,
  { most, viewer, domains }: { most: number; viewer: Viewer; domains: boolean },
): Omit<models.ApplicationPage, 'connect'> {
  return {
    webhooksHref: domains && row.hasDomain ? `${applicationHref(row.id)}/webhooks` : undefined,
    verificationHref:
      domains && row.hasDomain ? `${applicationHref(row.id)}/verification` : undefined,
    usersHref: domains && row.hasDomain ? `${applicationHref(row.id)}/users` : undefined,
    adminHref: viewer.it ? adminHref(row.id) : undefined,
    cannotConnect: row.secrets.length > 0 ? cannotConnect(row, now) : undefined,
    activityHref: row.mayAudit ? `${applicationHref(row.id)}/activity` : undefined,
    name: row.name,
    organisation: row.organisation,
    clientId: row.clientId,
    disabled: row.disabled ? disabledText() : undefined,
    environments: environments(row),
    managers: row.managers.map(contact),
    orgAdmins: row.orgAdmins.map(contact),
    others: otherPeople(row),
    cover: cover(row, now, viewer),
    secrets: row.secrets.map((secret) => ({
      ...secretLine(row, secret, now),
      createdBy: someone(secret.createdBy),
      createdAt: momentOf(secret.createdAt),
      lastUsed: secret.lastUsedAt ? momentOf(secret.lastUsedAt) : undefined,
      lastReminder: secret.lastReminder
        ? {
            at: momentOf(secret.lastReminder.at),
            milestone: label(secret.lastReminder.milestone as Milestone),
          }
        : undefined,
      actions: actionsOf(row, secret, now),
    })),
    rotation: rotationPanel(row, { it: viewer.it, refusal: createRefusal(row, now, most) }, now),
    count: t`${counted(row, now)} of ${most} secrets`,
    createHref: row.mayManage ? `${applicationHref(row.id)}/secrets/new` : undefined,
    createRefusal: createRefusal(row, now, most),
    refusedDelay: delays.refused(),
    refused: row.refused.map(refusedLine),
  };
}

/** Why no secret can be created now (S8, A8). */
export function createRefusal(row: ApplicationRow, now: Date, most: number): string | undefined {
  if (row.disabled) return t`IT has disabled this application, so it cannot get a secret now.`;
  return counted(row, now) >= most ? limitText(most) : undefined;
}

function counted({ secrets }: ApplicationRow, now: Date): number {
  return secrets.filter(({ expiresAt }) => expiresAt > now).length;
}

export function environments(row: ApplicationRow): models.Environment[] {
  return (['production', 'sandbox'] as const)
    .map((key) => ({
      key,
      text: environmentTexts[key](),
      resources: row.resources.filter(({ environment }) => environment === key),
    }))
    .filter(({ resources }) => resources.length > 0);
}

export function secretLine(
  application: ApplicationRow,
  secret: SecretRecord,
  now: Date,
): models.SecretLine {
  const key = secretState(
    { ...secret, superseded: isSuperseded(secret, siblings(application, secret), now) },
    now,
  );
  const life = secret.expiresAt.getTime() - secret.createdAt.getTime();
  const left = secret.deletedAt ? 0 : Math.max(0, secret.expiresAt.getTime() - now.getTime());
  const endsWhen = distanceText(lastDay(secret.expiresAt), utcDay(now));
  return {
    id: secret.id,
    name: secret.name,
    hint: secret.hint,
    href: secretHref(application.id, secret.id),
    state: { key, text: secretStateTexts[key]() },
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
    endsWhen,
    lifeLeft: Math.round((100 * left) / life),
    taken: takenTexts(application, secret, now),
    warning: warningOf(application, key, daysLeft(secret.expiresAt, utcDay(now))),
    lost: lostText(application, secret),
    leak: secret.leak && !secret.deletedAt ? leakText(secret.leak) : undefined,
    usedWhen: usedWhen(secret, now),
    lifeText: lifeText(secret, now),
  };
}

function usedWhen({ lastUsedAt }: SecretRecord, now: Date): string {
  if (!lastUsedAt) return t`never used`;
  const when = distanceText(utcDay(lastUsedAt), utcDay(now));
  return t`used ${when}`;
}

/** What counts of what people say about a secret (docs/adr/0040). */
function takenTexts(row: ApplicationRow, secret: SecretRecord, now: Date): string[] {
  const about = { ...secret, recipients: recipientsOf(row) };
  return secret.acknowledgements
    .filter((each) => counts(each, about, now))
    .map((each) => acknowledgementText(each, about, now));
}

/** "5 of 345 days left", the legend of the bar beside it. */
function lifeText(
  { createdAt, expiresAt, deletedAt }: SecretRecord,
  now: Date,
): string | undefined {
  if (deletedAt || expiresAt <= now) return undefined;
  const end = lastDay(expiresAt);
  if (end === utcDay(now)) return t`its last day`;
  return t`${daysBetween(utcDay(now), end)} of ${daysBetween(utcDay(createdAt), end)} days left`;
}
