import type { DataSource } from 'typeorm';
import { maySee } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import type { UtcDay } from '../platform/utc-day.js';
import { placesFor } from './places.js';
import { supersedes } from '../secrets/superseded.js';

/** The secrets that end in one week, the first of them by name. */
export interface EndingWeek {
  /** The Monday, in UTC. */
  monday: UtcDay;
  count: number;
  /** Absent where they are only counted. */
  secrets?: EndingSecret[];
  /** There are more than were counted. */
  more?: boolean;
}

export interface EndingSecret {
  id: string;
  name: string;
  applicationId: string;
  application: string;
  lastDay: UtcDay;
}

/** How many of a week's secrets are named. */
const namedAtMost = 6;

/**
 * What ends when: live secrets that nothing replaces yet, of the applications that the viewer sees. It
 * looks at each of them.
 */
export function findEndingWeeks(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
): Promise<EndingWeek[]> {
  return dataSource.query<EndingWeek[]>(`with ${placesFor(viewer, undefined)}, ${sql}`, [
    viewer.id,
    now,
  ]);
}

const sql = `
  ending as (
    select s.id, s.name, a.id as application_id, a.name as application,
      (s.expires_at at time zone 'UTC' - interval '1 millisecond')::date as last_day,
      row_number() over (partition by date_trunc('week', s.expires_at at time zone 'UTC'
        - interval '1 millisecond') order by s.expires_at, s.id) as place
    from places join applications a on a.id = places.id
    join secrets s on s.application_id = a.id
    where s.deleted_at is null and s.disabled_at is null and s.expires_at > $2
      and a.deleted_at is null and a.disabled_at is null and ${maySee('a', '$1', '$2')}
      and not exists (select from secrets n where n.application_id = s.application_id
        and ${supersedes('n', 's', '$2')}))
  select to_char(date_trunc('week', last_day::timestamp), 'YYYY-MM-DD') as monday,
    count(*)::int as count,
    json_agg(json_build_object('id', id, 'name', name, 'applicationId', application_id,
      'application', application, 'lastDay', last_day) order by place)
      filter (where place <= ${namedAtMost}) as secrets
  from ending group by 1 order by 1`;
