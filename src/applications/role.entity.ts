import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Level, Permission } from '../users/permissions.js';

/**
 * A role that can be given: what it opens, and where it holds. Three are built in, as they always were;
 * a trigger keeps them, and the key and the level of every other.
 */
@Entity('roles')
@Index('roles_name_key', { synchronize: false })
@Check('roles_key_check', `key ~ '^[a-z][a-z0-9_]{1,39}$'`)
@Check('roles_level_check', `level in ('application', 'organisation', 'platform')`)
@Check('roles_built_in_check', 'not built_in or active and ends_at is null')
@Check(
  'roles_permissions_check',
  `cardinality(permissions) > 0 and permissions <@ case level
    when 'application' then array['applications.see', 'secrets.manage', 'audit.see',
      'reminders.receive', 'domains.manage']
    when 'organisation' then array['applications.see', 'secrets.manage', 'audit.see',
      'reminders.receive', 'domains.manage', 'role_requests.file']
    else array['applications.see', 'audit.see', 'support.see', 'reminders.receive',
      'domains.manage', 'platform.administer'] end`,
)
@Check('roles_power_check', `built_in or not 'platform.administer' = any (permissions)`)
@Check(
  'roles_sight_check',
  `'applications.see' = any (permissions)
      or not permissions && case level when 'platform' then array['domains.manage']
        else array['secrets.manage', 'audit.see', 'domains.manage'] end`,
)
export class Role {
  /** How the REST API and the file name it; it never changes. */
  @PrimaryColumn('text', { primaryKeyConstraintName: 'roles_pkey' })
  key: string;

  @Column('text')
  name: string;

  @Column('text')
  description: string;

  @Column('text')
  level: Level;

  /** Under which heading lists show it; empty for none. */
  @Column('text')
  groupName: string;

  @Column('text', { array: true })
  permissions: Permission[];

  /** Exclusive: it opens nothing from then on. */
  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  /** Switched off it opens nothing, and can be switched on again. */
  @Column('boolean')
  active: boolean;

  @Column('boolean')
  builtIn: boolean;

  @Column('uuid', { nullable: true })
  createdBy: string | null;

  @Column('timestamptz')
  createdAt: Date;
}
