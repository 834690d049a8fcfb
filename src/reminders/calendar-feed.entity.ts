import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { HashKeyNumber } from '../platform/keys/kept.js';
import { User } from '../users/user.entity.js';

/** The address of somebody's calendar feed (M11). Only a digest of its token is kept; one is open at most. */
@Entity('calendar_feeds')
@Unique('calendar_feeds_token_key', ['tokenDigest'])
@Index('calendar_feeds_open_key', ['userId'], { unique: true, where: 'revoked_at is null' })
export class CalendarFeed {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'calendar_feeds_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'calendar_feeds_user_fkey' })
  userId: string;

  @Column('bytea')
  tokenDigest: Buffer;

  /** Of the hash key that made `tokenDigest`; null for feeds from before it was kept. */
  @HashKeyNumber('revoked_at is null')
  @Column('integer', { nullable: true })
  keyNumber?: number | null;

  @Column('timestamptz')
  createdAt: Date;

  /** To the minute. */
  @Column('timestamptz', { nullable: true })
  fetchedAt: Date | null;

  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;
}
