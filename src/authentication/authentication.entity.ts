import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { HashKeyNumber, Sealed } from '../platform/keys/kept.js';
import { User } from '../users/user.entity.js';

/** The confirmed second factor of a user. `lastStep` is the 30-second step last used (R1). */
@Entity('totp_factors')
export class TotpFactor {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'totp_factors_pkey' })
  @ForeignKey(() => User, { name: 'totp_factors_user_fkey' })
  userId: string;

  @Sealed()
  @Column('bytea')
  sealedKey: Buffer;

  @Column('timestamptz')
  confirmedAt: Date;

  @Column('bigint')
  lastStep: string;

  /** Codes tried since the last right one; each is counted before it is judged. */
  @Column('integer', { default: 0 })
  failedCodes: number;
}

@Entity('recovery_codes')
@Index('recovery_codes_user_idx', ['userId'])
@Unique('recovery_codes_digest_key', ['digest'])
export class RecoveryCode {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'recovery_codes_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'recovery_codes_user_fkey' })
  userId: string;

  @Column('bytea')
  digest: Buffer;

  /** Of the hash key that made `digest`; null for codes from before it was kept. */
  @HashKeyNumber('used_at is null')
  @Column('integer', { nullable: true })
  keyNumber?: number | null;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;
}

/** `code`: password given, code missing. `enrolment`: no factor yet. `full`: signed in. */
export type SessionStage = 'code' | 'enrolment' | 'recovery_codes' | 'full';

@Entity('sessions')
@Index('sessions_user_idx', ['userId'])
@Index('sessions_previous_idx', ['previousDigest'])
@Unique('sessions_token_key', ['tokenDigest'])
@Check('sessions_stage_check', `stage in ('code', 'enrolment', 'recovery_codes', 'full')`)
export class Session {
  /** Stays the same when the cookie's identifier changes. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'sessions_pkey' })
  id: string;

  @Column('bytea')
  tokenDigest: Buffer;

  /** Of the identifier before this one. It opens nothing. */
  @Column('bytea', { nullable: true })
  previousDigest: Buffer | null;

  /** When the identifier was changed. */
  @Column('timestamptz', { nullable: true })
  movedAt: Date | null;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'sessions_user_fkey' })
  userId: string;

  @Column('text')
  stage: SessionStage;

  @Column('timestamptz')
  createdAt: Date;

  /** The last request; idle time counts from here (R10). */
  @Column('timestamptz')
  seenAt: Date;

  /** When a second factor was last proved in this session (R9). */
  @Column('timestamptz', { nullable: true })
  factorAt: Date | null;

  @Sealed()
  @Column('bytea', { nullable: true })
  sealedEnrolment: Buffer | null;

  @Column('timestamptz', { nullable: true })
  enrolmentStartedAt: Date | null;

  @Column('text', { nullable: true })
  address: string | null;

  @Column('text', { nullable: true })
  agent: string | null;
}
