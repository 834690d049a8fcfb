import type { EntityManager } from 'typeorm';
import type { PageWish } from '../kernel/list.js';

export interface CustomRoleRow {
  /** Its key. */
  id: string;
  level: string;
  name: string;
  description: string;
  group: string;
  permissions: string[];
  builtIn: boolean;
  active: boolean;
  endsAt: Date | null;
}

export function findCustomRoles(
  db: EntityManager,
  { after, fetch }: PageWish,
): Promise<CustomRoleRow[]> {
  return db.query<CustomRoleRow[]>(
    `${select} and ($1::text is null or g.key collate "C" > $1) order by g.key collate "C" limit $2`,
    [after, fetch],
  );
}

/** @param locked to be changed in this transaction */
export async function findCustomRole(
  db: EntityManager,
  key: string,
  locked = false,
): Promise<CustomRoleRow | undefined> {
  const lock = locked ? 'for update' : '';
  const rows = await db.query<CustomRoleRow[]>(`${select} and g.key = $1 ${lock}`, [key]);
  return rows[0];
}

const select = `
  select g.key as id, g.level, g.name, g.description, g.group_name as "group", g.permissions,
    g.built_in as "builtIn", g.active, g.ends_at as "endsAt"
  from roles g where g.level <> 'platform'`;
