import { Instant, OneOf, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

export class NewUser {
  @Uuid()
  organisationId: string;

  @Text({ max: 320, example: 'anna@example.org' })
  email: string;

  @Text({ max: 400 })
  name: string;
}

export class UserChange {
  @Text({ max: 400 })
  name: string;
}

export class FactorReset {
  @Text({ max: 400, about: 'How the person was recognised; kept in the audit.' })
  identityCheck: string;
}

export class UserQuery extends ListQuery {
  @Uuid({ optional: true })
  organisationId?: string;

  @Text({ max: 320, optional: true, about: 'Case does not count.' })
  email?: string;
}

/** Someone of an organisation. Operator staff are not seen here. */
export class UserAnswer {
  @Uuid()
  id: string;

  @Uuid()
  organisationId: string;

  @Text()
  email: string;

  @Text()
  name: string;

  @OneOf(['invited', 'active', 'closed'])
  state: string;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  lastSignInAt: string | null;

  @Instant({ nullable: true })
  closedAt: string | null;
}
