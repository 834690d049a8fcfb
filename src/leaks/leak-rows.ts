import type { DataSource } from 'typeorm';
import { type Actor, type Audit, theService } from '../audit/audit.service.js';
import type { Tx } from '../platform/database/tx.js';

/** A secret whose leak is new. */
export interface Flagged {
  id: string;
  name: string;
  hint: string;
  /** Scheme and host. */
  foundAt: string | null;
  /** By the policy, with this report; one that was off before is not. */
  switchedOff: boolean;
  applicationId: string | null;
  application: string | null;
  organisationId: string | null;
  resourceId: string | null;
  resource: string | null;
}

/** Ids of secrets by their digests in hexadecimal, also of those that are gone. */
export async function findBy(
  dataSource: DataSource,
  digests: Buffer[],
): Promise<Map<string, string>> {
  if (digests.length === 0) return new Map();
  const rows = await dataSource.query<{ id: string; digest: Buffer }[]>(
    `select id, digest from secrets where digest = any($1::bytea[])`,
    [digests],
  );
  return new Map(rows.map(({ id, digest }) => [digest.toString('hex'), id]));
}

/**
 * Marks those of these secrets that could be used and are not marked yet. The key decides between two
 * reports at once; rows are taken in their order, so that two never wait in a circle.
 */
export async function flag(
  tx: Tx,
  reportedBy: string | null,
  places: ReadonlyMap<string, string | null>,
  switchOff: boolean,
  now: Date,
): Promise<Flagged[]> {
  const given = [[...places.keys()], [...places.values()], now];
  const fresh = await tx.query<{ id: string }[]>(
    `insert into leaks (secret_id, reported_at, reported_by, found_at, switched_off)
     select s.id, $3, $4, n.place, $5 and s.disabled_at is null
     from unnest($1::uuid[], $2::text[]) as n (id, place) join secrets s on s.id = n.id
     where s.deleted_at is null and s.expires_at > $3
     order by s.id
     on conflict (secret_id) do nothing returning secret_id as id`,
    [...given, reportedBy, switchOff],
  );
  const ids = fresh.map(({ id }) => id);
  if (ids.length === 0) return [];
  if (switchOff) await turnOff(tx, ids, now);
  return tx.query<Flagged[]>(
    `select s.id, s.name, s.hint, l.found_at as "foundAt", l.switched_off as "switchedOff",
       a.id as "applicationId", a.name as application, a.organisation_id as "organisationId",
       r.id as "resourceId", r.name || ' (' || r.environment || ')' as resource
     from secrets s join leaks l on l.secret_id = s.id
     left join applications a on a.id = s.application_id
     left join resources r on r.id = s.resource_id
     where s.id = any($1) order by coalesce(a.name, r.name), s.name, s.id`,
    [ids],
  );
}

/** Whoever has switched it off or deleted it meanwhile has done so. */
async function turnOff(tx: Tx, ids: string[], now: Date): Promise<void> {
  await tx.query(
    `with off as (
       select id from secrets
       where id = any($1) and disabled_at is null and deleted_at is null
       order by id for no key update)
     update secrets s set disabled_at = $2, disabled_by = null from off where s.id = off.id`,
    [ids, now],
  );
}

export async function recordLeaks(
  tx: Tx,
  audit: Audit,
  reporter: Actor,
  flagged: Flagged[],
): Promise<void> {
  const about = ({ id, name, applicationId, organisationId }: Flagged) => ({
    subject: { kind: 'secret', id, name },
    applicationId,
    organisationId,
  });
  const detail = ({ hint, resource }: Flagged) => ({
    hint,
    ...(resource !== null && { resourceServer: resource }),
  });
  await audit.recordAll(
    tx,
    reporter,
    flagged.map((each) => ({
      action: 'secret.leak',
      ...about(each),
      detail: { ...detail(each), foundAt: each.foundAt, switchedOff: each.switchedOff },
    })),
  );
  const off = flagged.filter(({ switchedOff }) => switchedOff);
  if (off.length === 0) return;
  await audit.recordAll(
    tx,
    theService,
    off.map((each) => ({
      action: 'secret.switch_off',
      ...about(each),
      detail: { ...detail(each), reason: 'leak' },
    })),
  );
}
