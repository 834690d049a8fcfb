import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How often something was tried in the current window; counted before it is judged. */
@Entity('attempts')
export class Attempt {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'attempts_pkey' })
  key: string;

  @Column('integer')
  count: number;

  @Column('timestamptz')
  startedAt: Date;
}
