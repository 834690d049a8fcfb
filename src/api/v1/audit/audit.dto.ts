import { Facts, Instant, OneOf, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

export class AuditQuery extends ListQuery {
  @Uuid({ optional: true })
  applicationId?: string;

  @Uuid({ optional: true })
  organisationId?: string;

  @Text({ max: 60, optional: true, example: 'secret.create' })
  action?: string;

  @Instant({ optional: true, about: 'From then on.' })
  from?: string;

  @Instant({ optional: true, about: 'Before then.' })
  until?: string;
}

/** Who did what, on what, when, from where, with which outcome. */
export class AuditEventAnswer {
  @Text({ about: 'Grows with time.' })
  id: string;

  @Instant()
  at: string;

  @Text({ about: 'A person, the service itself, or an application with one of its secrets.' })
  actor: string;

  @Uuid({ nullable: true, about: 'Of a person.' })
  actorId: string | null;

  @Text()
  action: string;

  @Text()
  subjectKind: string;

  @Uuid({ nullable: true })
  subjectId: string | null;

  @Text()
  subject: string;

  @Uuid({ nullable: true })
  applicationId: string | null;

  @Uuid({ nullable: true })
  organisationId: string | null;

  @OneOf(['done', 'refused'])
  outcome: string;

  @Facts()
  detail: Record<string, unknown>;

  @Text({ nullable: true, about: 'Where the request came from; told to operator organisations.' })
  address: string | null;
}
