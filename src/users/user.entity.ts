import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Organisation } from '../organisations/organisation.entity.js';

/** A portal account. Operator staff (IT) belong to no organisation. Closed, never removed (R13). */
@Entity('users')
@Index('users_organisation_idx', ['organisationId'])
@Index('users_list_idx', { synchronize: false })
@Index('users_email_prefix_idx', { synchronize: false })
@Index('users_name_prefix_idx', { synchronize: false })
@Index('users_closed_idx', { synchronize: false })
@Index('users_invited_idx', { synchronize: false })
@Index('users_created_idx', ['createdAt', 'id'])
@Unique('users_email_key', ['email'])
@Unique('users_id_organisation_key', ['id', 'organisationId'])
@Check('users_email_check', `email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$'`)
@Check('users_name_check', 'char_length(name) between 1 and 100')
@Check('users_language_check', `language ~ '^[a-z]{2}$'`)
export class User {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'users_pkey' })
  id: string;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Organisation, { name: 'users_organisation_fkey' })
  organisationId: string | null;

  @Column('text')
  email: string;

  @Column('text')
  name: string;

  /** Of pages and mails (ISO 639-1); null until the first sign-in, and then that of the browser. */
  @Column('text', { nullable: true })
  language?: string | null;

  /** argon2id in PHC form; null until the invitation is accepted. */
  @Column('text', { nullable: true })
  passwordHash: string | null;

  @Column('timestamptz')
  createdAt: Date;

  /** When the first sign-in was completed. */
  @Column('timestamptz', { nullable: true })
  activatedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  lastSignInAt: Date | null;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  /** When IT last said that the address is good: mail that was refused before does not count. */
  @Column('timestamptz', { nullable: true })
  addressCheckedAt?: Date | null;
}

/** A link of single use for the first sign-in (R2). Only a digest of its token is kept. */
@Entity('invitations')
@Index('invitations_user_idx', ['userId'])
@Index('invitations_open_idx', ['expiresAt', 'id'], {
  where: 'used_at is null and revoked_at is null',
})
@Index('invitations_open_key', ['userId'], {
  unique: true,
  where: 'used_at is null and revoked_at is null',
})
@Unique('invitations_token_key', ['tokenDigest'])
export class Invitation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'invitations_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'invitations_user_fkey' })
  userId: string;

  @Column('bytea')
  tokenDigest: Buffer;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'invitations_created_by_fkey' })
  createdBy: string | null;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;
}
