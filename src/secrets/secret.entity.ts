import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Application, Resource } from '../applications/application.entity.js';
import { HashKeyNumber } from '../platform/keys/kept.js';
import { User } from '../users/user.entity.js';

/**
 * A named, expiring credential of an application, or of the resource server of a resource. Of its value
 * only a keyed digest and a hint stay (S5).
 */
@Entity('secrets')
@Index('secrets_name_key', { synchronize: false })
@Index('secrets_resource_name_key', { synchronize: false })
@Index('secrets_name_prefix_idx', { synchronize: false })
@Index('secrets_hint_idx', ['hint'])
@Index('secrets_application_idx', ['applicationId'])
@Index('secrets_ending_idx', ['expiresAt', 'applicationId'], {
  where: 'deleted_at is null and disabled_at is null',
})
@Index('secrets_off_ending_idx', ['expiresAt', 'applicationId'], {
  where: 'deleted_at is null and disabled_at is not null',
})
@Index('secrets_untold_idx', ['expiresAt', 'id', 'createdAt'], {
  where: 'deleted_at is null and disabled_at is null and end_told_at is null',
})
@Index('secrets_reminded_idx', ['reminded', 'expiresAt', 'id'], {
  where: 'deleted_at is null and disabled_at is null and end_told_at is null',
})
@Index('secrets_end_told_idx', ['expiresAt'], { where: 'end_told_at is not null' })
@Unique('secrets_digest_key', ['digest'])
@Unique('secrets_id_application_key', ['id', 'applicationId'])
@Check('secrets_owner_check', 'num_nonnulls(application_id, resource_id) = 1')
@Check('secrets_name_check', 'char_length(name) between 1 and 100')
@Check('secrets_hint_check', `hint ~ '^[0-9A-Za-z]{3}$'`)
@Check(
  'secrets_reminded_check',
  `reminded in ('none', '42', '21', '7', '6', '5', '4', '3', '2', '1', '0', 'expired')`,
)
@Check(
  'secrets_expires_check',
  `expires_at > created_at and
    expires_at at time zone 'UTC' <= created_at at time zone 'UTC' + interval '1 year'`,
)
export class Secret {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'secrets_pkey' })
  id: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Application, { name: 'secrets_application_fkey' })
  applicationId: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Resource, { name: 'secrets_resource_fkey' })
  resourceId: string | null;

  @Column('text')
  name: string;

  /** The first three characters of the value. */
  @Column('text')
  hint: string;

  /** HMAC-SHA-256 of the whole value (S7). */
  @Column('bytea')
  digest: Buffer;

  /** Number of the hash key that made `digest`. */
  @HashKeyNumber('deleted_at is null and expires_at > $1')
  @Column('integer')
  keyNumber: number;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'secrets_created_by_fkey' })
  createdBy: string | null;

  /** The secret whose token created it, when no person did. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => Secret, { name: 'secrets_created_by_secret_fkey' })
  createdBySecret: string | null;

  @Column('timestamptz')
  createdAt: Date;

  /** Exclusive: the secret works while now < expiresAt. */
  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'secrets_disabled_by_fkey' })
  disabledBy: string | null;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'secrets_deleted_by_fkey' })
  deletedBy: string | null;

  @Column('timestamptz', { nullable: true })
  firstUsedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;

  /** When its creator asked again with the same key: the answer with the value had not arrived. */
  @Column('timestamptz', { nullable: true })
  lostAt: Date | null;

  /** When the mail that it has expired went out to somebody (M1). */
  @Column('timestamptz', { nullable: true })
  endToldAt: Date | null;

  /** The milestone that planning found settled the last time; a note of its own, see `reminders/`. */
  @Column({ type: 'text', default: 'none', select: false, insert: false, update: false })
  reminded?: string;
}
