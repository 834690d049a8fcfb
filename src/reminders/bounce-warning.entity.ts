import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Application } from '../applications/application.entity.js';
import { User } from '../users/user.entity.js';

const key = () => ({ primaryKeyConstraintName: 'bounce_warnings_pkey' });

/**
 * The other contacts of an application know that somebody's address is refused. Removed when mail
 * arrives there again, so that they are told of the next time.
 */
@Entity('bounce_warnings')
export class BounceWarning {
  @PrimaryColumn('uuid', key())
  @ForeignKey(() => User, { name: 'bounce_warnings_user_fkey' })
  userId: string;

  @PrimaryColumn('uuid', key())
  @ForeignKey(() => Application, { name: 'bounce_warnings_application_fkey' })
  applicationId: string;

  @PrimaryColumn('text', key())
  address: string;

  @Column('timestamptz')
  warnedAt: Date;
}
