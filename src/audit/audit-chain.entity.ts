import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/**
 * The place of an event in the chain, with a SHA-256 over the hash before it and the event's content.
 * Written by a trigger when the transaction ends; never changed.
 */
@Entity('audit_links')
@Unique('audit_links_event_key', ['eventId'])
@Check('audit_links_hash_check', 'octet_length(hash) = 32')
export class AuditLink {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'audit_links_pkey' })
  position: string;

  @Column('bigint')
  eventId: string;

  @Column('bytea')
  hash: Buffer;
}

/** Where the chain ends. One row, moved on by the trigger that makes the links. */
@Entity('audit_head')
@Check('audit_head_single_check', 'id')
export class AuditHead {
  @PrimaryColumn('boolean', { primaryKeyConstraintName: 'audit_head_pkey', default: true })
  id: boolean;

  @Column('bigint')
  position: string;

  @Column('bytea')
  hash: Buffer;
}
