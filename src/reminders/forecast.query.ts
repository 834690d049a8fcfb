import type { EntityManager } from 'typeorm';
import { opens } from '../users/permissions.js';
import {
  everywhere,
  isContact,
  isIt,
  isServerContact,
  maySee,
  reminds,
} from '../applications/permission.js';
import { addDays, startOf, type UtcDay } from '../platform/utc-day.js';
import { findEndings } from './endings.query.js';
import type { LedgerFact, Prospect } from './forecast.js';

/** Whose secrets are looked at: all, or those that a viewer may see, and of these a part (C7). */
export interface ForecastScope {
  viewerId?: string;
  /** Those whom this person is reminded of. */
  contactId?: string;
  organisationId?: string;
  applicationId?: string;
  /** Those of its resource server. */
  resourceId?: string;
  secretId?: string;
}

/** The secrets that a run until a day can be about, those that end first first. */
export async function findProspects(
  tx: EntityManager,
  now: Date,
  until: UtcDay,
  scope: ForecastScope,
  limit: number | null,
): Promise<Prospect[]> {
  const before = startOf(addDays(until, 44));
  const rows = [
    ...(await ofApplications(tx, now, before, scope, limit)),
    ...(await ofServers(tx, now, before, scope, limit)),
  ]
    .sort((one, other) => one.expiresAt.getTime() - other.expiresAt.getTime())
    .slice(0, limit ?? undefined);
  const prospects: Prospect[] = [];
  for (let start = 0; start < rows.length; start += batch) {
    const ids = rows.slice(start, start + batch).map(({ id }) => id);
    prospects.push(...(await prospectsOf(tx, now, ids)));
  }
  return prospects;
}

const batch = 500;

interface Selected {
  id: string;
  expiresAt: Date;
}

async function ofApplications(
  tx: EntityManager,
  now: Date,
  before: Date,
  scope: ForecastScope,
  limit: number | null,
): Promise<Selected[]> {
  if (scope.resourceId) return [];
  return tx.query<Selected[]>(selection, [
    now,
    before,
    scope.viewerId ?? null,
    scope.organisationId ?? null,
    scope.applicationId ?? null,
    scope.secretId ?? null,
    limit,
    scope.contactId ?? null,
  ]);
}

/** IT alone sees them; of an application or an organisation they are no part. */
async function ofServers(
  tx: EntityManager,
  now: Date,
  before: Date,
  { viewerId, contactId, organisationId, applicationId, resourceId, secretId }: ForecastScope,
  limit: number | null,
): Promise<Selected[]> {
  if (organisationId || applicationId) return [];
  return tx.query<Selected[]>(serverSelection, [
    now,
    before,
    viewerId ?? null,
    resourceId ?? null,
    secretId ?? null,
    limit,
    contactId ?? null,
  ]);
}

const open = `s.deleted_at is null and s.disabled_at is null and s.expires_at < $2`;

/**
 * A secret whose end was reported to some may still wait to be reported to others; one whose end was
 * reported before it came is opened again by the next run.
 */
const untold = `
  select s.* from secrets s where ${open} and s.end_told_at is null
  union all
  select s.* from secrets s where ${open} and s.end_told_at is not null
    and (s.expires_at > $1
      or s.id in (select l.secret_id from reminders l where l.state = 'due'))`;

const selection = `
  select s.id, s.expires_at as "expiresAt"
  from (${untold}) s join applications a on a.id = s.application_id
  where a.deleted_at is null and a.disabled_at is null
    and ($3::uuid is null or ${maySee('a', '$3', '$1')})
    and ($8::uuid is null or ${isContact('a', '$8', '$1')})
    and ($4::uuid is null or a.organisation_id = $4)
    and ($5::uuid is null or a.id = $5) and ($6::uuid is null or s.id = $6)
  order by s.expires_at, s.id limit $7`;

const serverSelection = `
  select s.id, s.expires_at as "expiresAt" from (${untold}) s
  where s.resource_id is not null and ($3::uuid is null or ${isIt('$3', '$1')})
    and ($7::uuid is null or ${isServerContact('$7', '$1')})
    and ($4::uuid is null or s.resource_id = $4) and ($5::uuid is null or s.id = $5)
  order by s.expires_at, s.id limit $6`;

type Row<T> = T & { secretId: string };

async function prospectsOf(tx: EntityManager, now: Date, ids: string[]): Promise<Prospect[]> {
  const endings = await findEndings(tx, now, ids);
  const ledger = await tx.query<Row<LedgerFact>[]>(
    `select secret_id as "secretId", milestone, recipient_id as "recipientId", state
     from reminders where secret_id = any($1) order by id`,
    [ids],
  );
  const roleEnds = await tx.query<Row<Prospect['roleEnds'][number]>[]>(
    `select s.id as "secretId", r.user_id as "userId", r.role, least(r.ends_at, d.ends_at) as "endsAt"
     from secrets s join applications a on a.id = s.application_id
       join role_assignments r on ${reminds('a', '$2')} join roles d on d.key = r.role
     where s.id = any($1) and r.withdrawn_at is null and least(r.ends_at, d.ends_at) > $2
     union all
     select s.id, r.user_id, r.role, least(r.ends_at, d.ends_at)
     from secrets s
       join role_assignments r on ${everywhere} and ${opens('reminders.receive', '$2')}
       join roles d on d.key = r.role
     where s.id = any($1) and s.resource_id is not null and r.withdrawn_at is null
       and least(r.ends_at, d.ends_at) > $2`,
    [ids, now],
  );
  const ledgers = bySecret(ledger);
  const ends = bySecret(roleEnds);
  return endings.map((ending) => ({
    ending,
    ledger: ledgers.get(ending.id) ?? [],
    roleEnds: ends.get(ending.id) ?? [],
  }));
}

function bySecret<T extends { secretId: string }>(rows: readonly T[]): Map<string, T[]> {
  const map = new Map<string, T[]>();
  for (const row of rows) map.set(row.secretId, [...(map.get(row.secretId) ?? []), row]);
  return map;
}
