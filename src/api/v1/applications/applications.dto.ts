import { Flag, Instant, OneOf, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

export const kinds = ['partner', 'partner_alternative'] as const;

export class NewApplication {
  @Uuid()
  organisationId: string;

  @OneOf(kinds, { optional: true, about: 'Absent: `partner`.' })
  kind?: (typeof kinds)[number];

  @Text({ max: 20, about: 'As the resources name it: `DM`, `SMC`.', example: 'SMC' })
  apiCode: string;
}

export class ApplicationChange {
  @Flag({ about: '`true` stops its secrets, `false` lets them work again.' })
  disabled: boolean;
}

export class ApplicationQuery extends ListQuery {
  @Uuid({ optional: true })
  organisationId?: string;

  @Uuid({ optional: true })
  clientId?: string;

  @Text({ max: 100, optional: true, about: 'The whole name; case does not count.' })
  name?: string;
}

export class ApplicationAnswer {
  @Uuid()
  id: string;

  @Uuid({ about: 'For ever.' })
  clientId: string;

  @Uuid()
  organisationId: string;

  @OneOf(kinds)
  kind: string;

  @Text()
  apiCode: string;

  @Text({ about: 'Built from kind, country, short name and API.' })
  name: string;

  @Instant()
  createdAt: string;

  @Instant({ nullable: true })
  disabledAt: string | null;
}
