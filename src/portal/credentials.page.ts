import { acknowledgementText, counts } from '../reminders/acknowledgement.js';
import { label, type Milestone } from '../reminders/milestones.js';
import { daysLeft, lastDay } from '../secrets/expiry.js';
import { isLive, secretState } from '../secrets/state.js';
import { isSuperseded } from '../secrets/superseded.js';
import { limitText } from '../secrets/secrets.service.js';
import { distanceText, endText, momentOf } from '../platform/words.js';
import { utcDay } from '../platform/utc-day.js';
import type { RefusalReason } from '../secrets/secret-use.entity.js';
import { connectPanel } from './connect.page.js';
import type { ApplicationRow, ContactRow, PersonRow, SecretRecord } from './credentials.query.js';
import type * as models from './models.js';

const stateTexts: Record<models.SecretState['key'], string> = {
  active: 'Active',
  expiring: 'Ends soon',
  superseded: 'Replaced',
  off: 'Switched off',
  expired: 'Expired',
  deleted: 'Deleted',
};

const reasons: Record<RefusalReason, string> = {
  wrong_secret: 'The secret is not one of this application, or was typed wrong',
  deleted: 'The secret is deleted',
  expired: 'The secret has expired',
  off: 'The secret is switched off',
  application_disabled: 'The application is disabled',
  application_deleted: 'The application is deleted',
};

/** Fewer than two credential managers is worth a word, never a block (R4). */
function cover(managers: ContactRow[]): string | undefined {
  const active = managers.filter(({ invited }) => !invited).length;
  if (active >= 2) return undefined;
  return active === 0
    ? 'This application has no active credential manager. Ask support to appoint two.'
    : 'This application has one active credential manager. With two, somebody can act when one is away.';
}

export const applicationHref = (id: string) => `/manage-api-credentials/${id}`;
export const secretHref = (applicationId: string, id: string) =>
  `${applicationHref(applicationId)}/secrets/${id}`;

const disabledText =
  'IT has disabled this application. Its secrets do not work until it is enabled.';

export function homeApplication(
  row: ApplicationRow,
  now: Date,
  withManagers: boolean,
): models.HomeApplication {
  return {
    id: row.id,
    name: row.name,
    organisation: row.organisation,
    href: applicationHref(row.id),
    clientId: row.clientId,
    disabled: row.disabled ? disabledText : undefined,
    environments: environments(row),
    secrets: row.secrets.map((secret) => secretLine(row, secret, now)),
    cover: cover(row.managers),
    managers: withManagers ? row.managers.map(nameOf) : undefined,
    createHref:
      row.mayManage && !row.disabled ? `${applicationHref(row.id)}/secrets/new` : undefined,
  };
}

export function applicationPage(
  row: ApplicationRow,
  now: Date,
  most: number,
  publicUrl: string,
): models.ApplicationPage {
  return {
    name: row.name,
    organisation: row.organisation,
    clientId: row.clientId,
    disabled: row.disabled ? disabledText : undefined,
    environments: environments(row),
    managers: row.managers.map(contact),
    orgAdmins: row.orgAdmins.map(contact),
    cover: cover(row.managers),
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
    count: `${counted(row, now)} of ${most} secrets`,
    createHref: row.mayManage ? `${applicationHref(row.id)}/secrets/new` : undefined,
    createRefusal: createRefusal(row, now, most),
    connect: connectPanel(row, publicUrl),
    refused: row.refused.map(({ at, reason, secret, address }) => ({
      at: momentOf(at),
      reason: reasons[reason],
      secret: secret ?? undefined,
      address,
    })),
  };
}

/** Why no secret can be created now (S8, A8). */
export function createRefusal(row: ApplicationRow, now: Date, most: number): string | undefined {
  if (row.disabled) return 'IT has disabled this application, so it cannot get a secret now.';
  return counted(row, now) >= most ? limitText(most) : undefined;
}

function counted({ secrets }: ApplicationRow, now: Date): number {
  return secrets.filter(({ expiresAt }) => expiresAt > now).length;
}

export function environments(row: ApplicationRow): models.Environment[] {
  const texts = { production: 'Production', sandbox: 'Sandbox' } as const;
  return (['production', 'sandbox'] as const)
    .map((key) => ({
      key,
      text: texts[key],
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
  const left = Math.max(0, secret.expiresAt.getTime() - now.getTime());
  const endsWhen = distanceText(lastDay(secret.expiresAt), utcDay(now));
  return {
    id: secret.id,
    name: secret.name,
    hint: secret.hint,
    href: secretHref(application.id, secret.id),
    state: { key, text: stateTexts[key] },
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
    endsWhen,
    lifeLeft: Math.round((100 * left) / life),
    taken: takenTexts(application, secret, now),
    warning: warningOf(key, daysLeft(secret.expiresAt, utcDay(now))),
  };
}

/** What counts of what people say about a secret (docs/adr/0040). */
function takenTexts(row: ApplicationRow, secret: SecretRecord, now: Date): string[] {
  const recipients = [...row.managers, ...row.orgAdmins].filter(({ invited }) => !invited);
  const about = { ...secret, recipients };
  return secret.acknowledgements
    .filter((each) => counts(each, about, now))
    .map((each) => acknowledgementText(each, about, now));
}

function warningOf(key: models.SecretState['key'], left: number): string | undefined {
  if (key === 'superseded')
    return 'A newer secret is in use. Delete this one when nothing needs it.';
  if (key === 'expired') return 'It no longer works. Delete it when nothing uses it any more.';
  if (key !== 'expiring') return undefined;
  if (left === 0) return 'Its last day is today. Create a new one now and switch over.';
  return `Only ${left} ${left === 1 ? 'day' : 'days'} left. Create a new one and switch over.`;
}

/** What the viewer may do with a secret (S1, S9, S10); nothing for those who only look (R14). */
export function actionsOf(
  row: ApplicationRow,
  secret: SecretRecord,
  now: Date,
): models.SecretAction[] {
  if (!row.mayManage || secret.deletedAt) return [];
  const expired = secret.expiresAt <= now;
  const kinds: models.SecretAction['kind'][] = expired
    ? ['delete']
    : [secret.disabledAt ? 'switch-on' : 'switch-off', 'delete'];
  return kinds.map((kind) => ({
    kind,
    href: `${secretHref(row.id, secret.id)}/${kind}`,
    action: `${secretHref(row.id, secret.id)}/${kind}`,
    cancelHref: applicationHref(row.id),
    secretId: secret.id,
    secretName: secret.name,
    hint: secret.hint,
    application: row.name,
    createdBy: someone(secret.createdBy),
    createdAt: momentOf(secret.createdAt),
    lastUsed: secret.lastUsedAt ? momentOf(secret.lastUsedAt) : undefined,
    lastLive: isLive(secret, now) && !siblings(row, secret).some((other) => isLive(other, now)),
  }));
}

export function someone(person: PersonRow | null): models.Person {
  return person ?? { name: 'Keyturn', left: false };
}

function siblings(row: ApplicationRow, secret: SecretRecord): SecretRecord[] {
  return row.secrets.filter(({ id }) => id !== secret.id);
}

function contact(row: ContactRow): models.Contact {
  const { email, endsAt } = row;
  return { name: nameOf(row), email, until: endsAt ? momentOf(endsAt) : undefined };
}

function nameOf({ name, invited }: ContactRow): string {
  return invited ? `${name} (invited)` : name;
}
