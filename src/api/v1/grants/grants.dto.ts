import { Instant, OneOf, Text, Texts, Uuid, Whole } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

export class ResourceQuery extends ListQuery {
  @Text({ max: 20, optional: true })
  apiCode?: string;
}

const environments = ['production', 'sandbox'] as const;
const name = { max: 400, about: 'As people read it.', example: 'Donor Care' };

export class NewResource {
  @Text({ max: 10, about: 'The code of its API.', example: 'DM' })
  apiCode: string;

  @Text(name)
  name: string;

  @OneOf(environments)
  environment: (typeof environments)[number];

  @Text({
    max: 200,
    about: 'A URI that its tokens name. It never changes.',
    example: 'https://donors.api.example.org',
  })
  audience: string;

  @Text({
    max: 100,
    about: 'The name by which a token request asks for it. It never changes.',
    example: 'donors',
  })
  scope: string;
}

export class ResourceChange {
  @Text({ ...name, optional: true })
  name?: string;

  @Whole({ min: 60, max: 3600, optional: true, about: 'In whole minutes.', example: 900 })
  tokenSeconds?: number;

  @OneOf(['jwt', 'opaque'], {
    optional: true,
    about: 'Opaque tokens say nothing by themselves: the resource server asks about each one.',
  })
  tokenFormat?: string;
}

/** An API in one environment. */
export class ResourceAnswer {
  @Uuid()
  id: string;

  @Text()
  apiCode: string;

  @Text()
  name: string;

  @OneOf(environments)
  environment: string;

  @Text()
  audience: string;

  @Text({ about: 'The name by which a token request asks for it.' })
  scope: string;

  @Texts({ about: 'What a grant can allow, for a resource that tells its callers apart.' })
  scopes: string[];

  @Whole({ about: 'How long its tokens live.' })
  tokenSeconds: number;

  @OneOf(['jwt', 'opaque'])
  tokenFormat: string;
}

export class GrantWish {
  @Texts({ optional: true, about: 'Of the resource’s own scopes, if it has any.' })
  scopes?: string[];
}

/** A resource that an application may reach. */
export class GrantAnswer {
  @Uuid({ about: 'Of the resource.' })
  id: string;

  @Text()
  name: string;

  @OneOf(environments)
  environment: string;

  @Text()
  audience: string;

  @Texts()
  scopes: string[];

  @Instant()
  grantedAt: string;
}
