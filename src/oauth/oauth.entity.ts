import type { JsonWebKey } from 'node:crypto';
import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { Sealed } from '../platform/keys/kept.js';

/** A key for access tokens. It signs from `signsFrom` until the next key does (T7). */
@Entity('signing_keys')
export class SigningKey {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'signing_keys_pkey' })
  kid: string;

  /** PKCS #8, PEM, sealed under the configured encryption key. */
  @Sealed()
  @Column('bytea')
  sealedKey: Buffer;

  @Column('jsonb')
  publicJwk: JsonWebKey;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  signsFrom: Date;
}

/** A token that says nothing by itself (T3): of it only a keyed digest is stored. */
@Entity('opaque_tokens')
@Index('opaque_tokens_expires_idx', ['expiresAt'])
export class OpaqueToken {
  @PrimaryColumn('bytea', { primaryKeyConstraintName: 'opaque_tokens_pkey' })
  digest: Buffer;

  @Column('uuid')
  jti: string;

  @Column('uuid')
  secretId: string;

  @Column('uuid')
  resourceId: string;

  @Column('timestamptz')
  issuedAt: Date;

  @Column('timestamptz')
  expiresAt: Date;
}

/** A signed token that was revoked before its end (RFC 7009). */
@Entity('revoked_tokens')
@Index('revoked_tokens_expires_idx', ['expiresAt'])
export class RevokedToken {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'revoked_tokens_pkey' })
  jti: string;

  @Column('timestamptz')
  expiresAt: Date;
}
