import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Domain } from '../domains/domain.entity.js';
import { HashKeyNumber } from '../platform/keys/kept.js';
import { Secret } from '../secrets/secret.entity.js';
import { User } from '../users/user.entity.js';

/**
 * What a code was exchanged for: all tokens that came of one sign-in, which end together. It outlives
 * its login request, which is swept after days.
 */
@Entity('code_sign_ins')
@Unique('code_sign_ins_request_key', ['loginRequestId'])
@ForeignKey(() => Domain, ['domainId', 'applicationId'], ['id', 'applicationId'], {
  name: 'code_sign_ins_domain_fkey',
})
export class CodeSignIn {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'code_sign_ins_pkey' })
  id: string;

  @Column('uuid')
  loginRequestId: string;

  @Column('uuid')
  applicationId: string;

  @Column('uuid')
  domainId: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'code_sign_ins_user_fkey' })
  userId: string;

  /** As of the connection it stands on: revoked and connected again, that is another one. */
  @Column('timestamptz')
  connectedAt: Date;

  @Column('timestamptz')
  createdAt: Date;

  /** By the client, or because a code or a refresh token came a second time. */
  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;
}

export type CodeTokenKind = 'access' | 'refresh';

/** Of a token only a keyed digest is stored. */
@Entity('code_tokens')
@Index('code_tokens_sign_in_idx', ['signInId'])
@Index('code_tokens_expires_idx', ['expiresAt'])
@Check('code_tokens_kind_check', `kind in ('access', 'refresh')`)
@Check('code_tokens_used_check', `kind = 'refresh' or used_at is null`)
export class CodeToken {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'code_tokens_pkey' })
  digest: Buffer;

  @HashKeyNumber('expires_at > $1 and used_at is null')
  @Column('int')
  keyNumber: number;

  @Column('uuid')
  @ForeignKey(() => CodeSignIn, { name: 'code_tokens_sign_in_fkey', onDelete: 'CASCADE' })
  signInId: string;

  /** With which it was bought: it ends with that. */
  @Column('uuid')
  @ForeignKey(() => Secret, { name: 'code_tokens_secret_fkey' })
  secretId: string;

  @Column('text')
  kind: CodeTokenKind;

  @Column('text')
  scope: string;

  @Column('timestamptz')
  issuedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;

  /** When it was exchanged for the next one. Shown again, it ends the whole sign-in. */
  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;
}
