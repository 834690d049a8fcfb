import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A backup that came to its end, as `ops/backup.sh` notes it; monitoring asks for the last one's age. */
@Entity('backups')
export class Backup {
  @PrimaryColumn('timestamptz', { primaryKeyConstraintName: 'backups_pkey' })
  finishedAt: Date;

  @Column('bigint')
  bytes: string;
}
