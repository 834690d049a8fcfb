import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { User } from '../users/user.entity.js';

/** A link of single use for another password; an account has one at most. Only a digest of its token is kept. */
@Entity('password_resets')
@Unique('password_resets_token_key', ['tokenDigest'])
export class PasswordReset {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'password_resets_pkey' })
  @ForeignKey(() => User, { name: 'password_resets_user_fkey' })
  userId: string;

  @Column('bytea')
  tokenDigest: Buffer;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  expiresAt: Date;
}
