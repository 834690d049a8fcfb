import type { DataSource } from 'typeorm';
import { isIt } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import { uuidIn } from '../platform/web/uuid-param.js';
import { isoInstant, type Place } from './home.query.js';

export interface Placed {
  id: string;
  /** Its first end and its id; no end and its name for one of which nothing ends. */
  place: Place;
}

/**
 * All applications for IT, the one with the nearest end first and those of which nothing ends last, by
 * name: read in the order of an index, so that a page costs the same however many there are.
 */
export async function findEndingFirst(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
  after: Place | undefined,
  limit: number,
): Promise<Placed[]> {
  const [end, key] = after ?? [];
  const ending =
    end === ''
      ? []
      : await dataSource.query<Placed[]>(endingSql, [
          viewer.id,
          now,
          limit,
          end ?? null,
          uuidIn(key) ?? null,
        ]);
  const others =
    ending.length < limit
      ? await dataSource.query<Placed[]>(othersSql, [
          viewer.id,
          now,
          limit - ending.length,
          (end === '' && key) || '',
        ])
      : [];
  return [...ending, ...others];
}

const live = (s: string) =>
  `${s}.deleted_at is null and ${s}.disabled_at is null and ${s}.expires_at > $2`;

const endingSql = `
  select s.application_id as id,
    json_build_array(${isoInstant('s.expires_at')}, s.application_id) as place
  from secrets s join applications a on a.id = s.application_id and a.deleted_at is null
  where ${live('s')} and ${isIt('$1', '$2')}
    and ($5::uuid is null or (s.expires_at, s.application_id) > ($4::timestamptz, $5::uuid))
    and not exists (select from secrets f where f.application_id = s.application_id
      and ${live('f')} and f.expires_at < s.expires_at)
  group by s.expires_at, s.application_id
  order by s.expires_at, s.application_id limit $3`;

const othersSql = `
  select a.id, json_build_array('', a.name) as place from applications a
  where a.deleted_at is null and a.name > $4 and ${isIt('$1', '$2')}
    and not exists (select from secrets s where s.application_id = a.id and ${live('s')})
  order by a.name limit $3`;
