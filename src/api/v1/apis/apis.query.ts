import type { EntityManager } from 'typeorm';
import type { PageWish } from '../kernel/list.js';

export interface ApiRow {
  /** Its code. */
  id: string;
  name: string;
}

export function findApis(db: EntityManager, { after, fetch }: PageWish): Promise<ApiRow[]> {
  return db.query<ApiRow[]>(
    `${apis} and ($1::text is null or i.code collate "C" > $1)
     order by i.code collate "C" limit $2`,
    [after, fetch],
  );
}

/** @param locked to be changed in this transaction */
export async function findApi(
  db: EntityManager,
  code: string,
  locked = false,
): Promise<ApiRow | undefined> {
  const lock = locked ? 'for update' : '';
  const rows = await db.query<ApiRow[]>(`${apis} and i.code = $1 ${lock}`, [code]);
  return rows[0];
}

const apis = `select i.code as id, i.name from apis i where i.deleted_at is null`;
