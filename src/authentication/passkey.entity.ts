import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { User } from '../users/user.entity.js';
import { Session } from './authentication.entity.js';

/** A passkey of a user, beside the authenticator app. An index by small letters keeps its names apart. */
@Entity('passkeys')
@Index('passkeys_name_key', { synchronize: false })
@Unique('passkeys_credential_key', ['credentialId'])
export class Passkey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'passkeys_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'passkeys_user_fkey' })
  userId: string;

  @Column('bytea')
  credentialId: Buffer;

  /** COSE_Key (RFC 9052 section 7). */
  @Column('bytea')
  publicKey: Buffer;

  /** Signatures made so far; stays 0 where the authenticator does not count. */
  @Column('bigint')
  counter: string;

  /** How browsers reach it: `internal`, `usb`, … */
  @Column('text', { array: true })
  transports: string[];

  /** What its owner is called by it: random, never an address or our own number. */
  @Column('bytea')
  userHandle: Buffer;

  @Column('text')
  name: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  lastUsedAt: Date | null;
}

/** What a challenge may be answered for. A locked session is revived by a step-up. */
export type PasskeyPurpose = 'sign-in' | 'step-up' | 'enrolment';

/** The challenge that a session waits to be answered; a later one for the same purpose replaces it. */
@Entity('passkey_challenges')
@Check('passkey_challenges_purpose_check', `purpose in ('sign-in', 'step-up', 'enrolment')`)
export class PasskeyChallenge {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'passkey_challenges_pkey' })
  @ForeignKey(() => Session, { name: 'passkey_challenges_session_fkey', onDelete: 'CASCADE' })
  sessionId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'passkey_challenges_pkey' })
  purpose: PasskeyPurpose;

  @Column('bytea')
  challenge: Buffer;

  /** For an enrolment: what the new passkey is told to call its owner. */
  @Column('bytea', { nullable: true })
  userHandle: Buffer | null;

  @Column('timestamptz')
  expiresAt: Date;
}
