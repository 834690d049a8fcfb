import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Secret } from '../secrets/secret.entity.js';
import { User } from '../users/user.entity.js';

/** A secret was found where it does not belong. Reported again, it stays as it was reported first. */
@Entity('leaks')
@Check('leaks_found_at_check', `found_at ~ '^https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?$'`)
export class Leak {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'leaks_pkey' })
  @ForeignKey(() => Secret, { name: 'leaks_secret_fkey' })
  secretId: string;

  @Column('timestamptz')
  reportedAt: Date;

  /** The manager who said so; null for a scanner. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'leaks_reported_by_fkey' })
  reportedBy: string | null;

  /** Scheme and host; the rest of an address can say more than it should. */
  @Column('text', { nullable: true })
  foundAt: string | null;

  /** The policy switched it off when it was reported. */
  @Column('boolean')
  switchedOff: boolean;
}
