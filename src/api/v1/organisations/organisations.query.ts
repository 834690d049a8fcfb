import type { EntityManager } from 'typeorm';
import type { PageWish } from '../kernel/list.js';

export interface OrganisationRow {
  id: string;
  country: string;
  name: string;
  slug: string;
  ion: string | null;
  operator: boolean;
  createdAt: Date;
}

export interface OrganisationFilter {
  country?: string;
  slug?: string;
  ion?: string;
}

export function findOrganisations(
  db: EntityManager,
  { country, slug, ion }: OrganisationFilter,
  { after, fetch }: PageWish,
): Promise<OrganisationRow[]> {
  return db.query<OrganisationRow[]>(
    `${select} where ($1::text is null or o.country = $1)
       and ($2::text is null or lower(o.slug) = lower($2)) and ($3::text is null or o.ion = $3)
       and ($4::uuid is null or o.id > $4)
     order by o.id limit $5`,
    [country, slug, ion, after, fetch],
  );
}

/** @param locked to be changed in this transaction */
export async function findOrganisation(
  db: EntityManager,
  id: string,
  locked = false,
): Promise<OrganisationRow | undefined> {
  const lock = locked ? 'for update' : '';
  const rows = await db.query<OrganisationRow[]>(`${select} where o.id = $1 ${lock}`, [id]);
  return rows[0];
}

const select = `
  select o.id, o.country, o.name, o.slug, o.ion, o.operator, o.created_at as "createdAt"
  from organisations o`;
