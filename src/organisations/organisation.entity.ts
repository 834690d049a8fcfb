import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A member. The slug goes into application names (A4); the ION is its four-digit number (P1). */
@Entity('organisations')
@Index('organisations_slug_key', { synchronize: false })
@Index('organisations_list_idx', { synchronize: false })
@Index('organisations_name_prefix_idx', { synchronize: false })
@Index('organisations_country_idx', { synchronize: false })
@Index('organisations_created_idx', ['createdAt', 'id'])
@Index('organisations_ion_key', ['ion'], { unique: true })
@Check('organisations_country_check', `country ~ '^[A-Z]{2}$'`)
@Check('organisations_name_check', 'char_length(name) between 1 and 100')
@Check('organisations_slug_check', `slug ~ '^[A-Za-z0-9]{2,40}$'`)
@Check('organisations_ion_check', `ion ~ '^[0-9]{4}$'`)
export class Organisation {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'organisations_pkey' })
  id: string;

  @Column('text')
  country: string;

  @Column('text')
  name: string;

  @Column('text')
  slug: string;

  @Column('text', { nullable: true })
  ion: string | null;

  /** Of those who run the service: only its applications may be given the scopes of IT. */
  @Column('boolean', { default: false })
  operator: boolean;

  @Column('timestamptz')
  createdAt: Date;
}
