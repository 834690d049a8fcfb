import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Secret } from '../secrets/secret.entity.js';
import { User } from '../users/user.entity.js';
import type { AcknowledgementKind } from './acknowledgement.js';

/** What a recipient says about a secret that ends. It is ended, not removed. */
@Entity('acknowledgements')
@Index('acknowledgements_open_key', ['secretId', 'userId'], {
  unique: true,
  where: 'ended_at is null',
})
@Index('acknowledgements_not_mine_idx', ['saidAt'], {
  where: `ended_at is null and kind = 'not_mine'`,
})
@Check('acknowledgements_kind_check', `kind in ('taken', 'replaced', 'not_mine')`)
@Check('acknowledgements_until_check', `(kind = 'taken') = (until is not null)`)
export class AcknowledgementRow {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'acknowledgements_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Secret, { name: 'acknowledgements_secret_fkey' })
  secretId: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'acknowledgements_user_fkey' })
  userId: string;

  @Column('text')
  kind: AcknowledgementKind;

  /** Of `taken` alone: the last day on which the person is on it, YYYY-MM-DD. */
  @Column('date', { nullable: true })
  until: string | null;

  @Column('timestamptz')
  saidAt: Date;

  @Column('timestamptz', { nullable: true })
  endedAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'acknowledgements_ended_by_fkey' })
  endedBy: string | null;
}
