import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { DomainUrl } from '../domains/domain.entity.js';
import { Sealed } from '../platform/keys/kept.js';
import type { Fault } from '../platform/outgoing/outgoing.js';
import { Secret } from '../secrets/secret.entity.js';
import type { WebhookEvent } from './events.js';

/** What an address of the kind `webhook` needs to be sent to; the address itself is its `DomainUrl`. */
@Entity('webhook_endpoints')
@Check('webhook_endpoints_former_check', '(former_secret is null) = (former_until is null)')
export class WebhookEndpoint {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_endpoints_pkey' })
  @ForeignKey(() => DomainUrl, { name: 'webhook_endpoints_url_fkey', onDelete: 'CASCADE' })
  id: string;

  /** What its messages are signed with, sealed: a signature needs the secret itself. */
  @Sealed()
  @Column('bytea')
  sealedSecret: Buffer;

  /** The secret before, which signs as well until `formerUntil`. */
  @Sealed()
  @Column('bytea', { nullable: true })
  formerSecret: Buffer | null;

  @Column('timestamptz', { nullable: true })
  formerUntil: Date | null;

  /** It is told what happens from then on: when it was made, or switched on again. */
  @Column('timestamptz')
  since: Date;

  /** Until then it is being sent to, or left in peace after a failure. */
  @Column('timestamptz', { nullable: true })
  notBefore: Date | null;

  /** Since when no message has been taken. */
  @Column('timestamptz', { nullable: true })
  failingSince: Date | null;

  /** When its managers were mailed that messages were given up; once until it works again. */
  @Column('timestamptz', { nullable: true })
  toldAt: Date | null;

  /** When it answered 410 and was switched off for that. */
  @Column('timestamptz', { nullable: true })
  goneAt: Date | null;
}

export type DeliveryState = 'due' | 'sent' | 'failed';

/** A message to an endpoint. Its id and its bytes are the same at every attempt. */
@Entity('webhook_deliveries')
@Unique('webhook_deliveries_event_key', ['endpointId', 'secretId', 'event'])
@Index('webhook_deliveries_due_idx', ['endpointId', 'nextAttemptAt'], { where: `state = 'due'` })
@Index('webhook_deliveries_log_idx', ['endpointId', 'createdAt'])
@Index('webhook_deliveries_kept_idx', ['finishedAt'], { where: 'body is not null' })
@Check(
  'webhook_deliveries_event_check',
  `event in ('secret.created', 'secret.expiring', 'secret.expired', 'secret.deleted',
    'secret.superseded', 'webhook.test')`,
)
@Check('webhook_deliveries_secret_check', `(event = 'webhook.test') = (secret_id is null)`)
@Check('webhook_deliveries_state_check', `state in ('due', 'sent', 'failed')`)
@Check('webhook_deliveries_finished_check', `(state = 'due') = (finished_at is null)`)
@Check('webhook_deliveries_body_check', `state <> 'due' or body is not null`)
export class WebhookDelivery {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_deliveries_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => WebhookEndpoint, {
    name: 'webhook_deliveries_endpoint_fkey',
    onDelete: 'CASCADE',
  })
  endpointId: string;

  /** Null for a test. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => Secret, { name: 'webhook_deliveries_secret_fkey' })
  secretId: string | null;

  @Column('text')
  event: WebhookEvent;

  /** The JSON that is sent; null some time after it was. */
  @Column('text', { nullable: true })
  body: string | null;

  @Column('text')
  state: DeliveryState;

  /** All of them, also those that somebody asked for. */
  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz')
  createdAt: Date;

  /** When it became due; later than `createdAt` when somebody asked for it again. */
  @Column('timestamptz')
  dueSince: Date;

  @Column('timestamptz')
  nextAttemptAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;
}

/** One try to send a message. Without status and fault: the process ended before an answer was written down. */
@Entity('webhook_attempts')
@Check(
  'webhook_attempts_fault_check',
  `fault in ('address', 'timeout', 'refused', 'tls', 'broken')`,
)
export class WebhookAttempt {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'webhook_attempts_pkey' })
  @ForeignKey(() => WebhookDelivery, {
    name: 'webhook_attempts_delivery_fkey',
    onDelete: 'CASCADE',
  })
  deliveryId: string;

  @PrimaryColumn('integer', { primaryKeyConstraintName: 'webhook_attempts_pkey' })
  number: number;

  @Column('timestamptz')
  at: Date;

  @Column('integer', { nullable: true })
  status: number | null;

  @Column('text', { nullable: true })
  fault: Fault | null;

  @Column('integer', { nullable: true })
  milliseconds: number | null;
}
