import type { DataSource } from 'typeorm';
import type { Level, Permission } from '../users/permissions.js';
import { liveRole } from './live-role.js';

/** A role that can be given, with how many people have it. */
export interface CustomRoleRow {
  key: string;
  name: string;
  description: string;
  level: Level;
  group: string;
  permissions: Permission[];
  endsAt: Date | null;
  active: boolean;
  builtIn: boolean;
  holders: number;
}

/** All roles, the built-in ones first; or the one with this key. */
export function findCustomRoles(
  dataSource: DataSource,
  now: Date,
  key?: string,
): Promise<CustomRoleRow[]> {
  return dataSource.query<CustomRoleRow[]>(
    `select g.key, g.name, g.description, g.level, g.group_name as "group", g.permissions,
       g.ends_at as "endsAt", g.active, g.built_in as "builtIn",
       (select count(distinct u.id)::int from role_assignments r join users u on u.id = r.user_id
        where r.role = g.key and ${liveRole('$1')}) as holders
     from roles g where $2::text is null or g.key = $2
     order by g.built_in desc, g.level, lower(g.name)`,
    [now, key ?? null],
  );
}
