import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** One row: what this database was set up as. */
@Entity('installations')
@Check('installations_single_check', 'id')
export class Installation {
  @PrimaryColumn('boolean', { default: true, primaryKeyConstraintName: 'installations_pkey' })
  id: boolean;

  /** True where the demo world was put in; such a database is never mistaken for a real one. */
  @Column('boolean')
  demo: boolean;

  @Column('timestamptz')
  createdAt: Date;
}

/** Proof that a configured key is the one this database was written with. */
@Entity('key_checks')
export class KeyCheck {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'key_checks_pkey' })
  kind: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'key_checks_pkey' })
  number: number;

  @Column('bytea')
  digest: Buffer;
}
