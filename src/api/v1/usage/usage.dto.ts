import { Day, Parts, Text, Uuid, Whole } from '../contract/fields.js';

export class UsageQuery {
  @Whole({ min: 1, max: 366, optional: true, about: 'How many days up to today; 30.' })
  days?: number;
}

/** Calls of a domain to a route on one day. */
export class UsageLine {
  @Day()
  day: string;

  @Uuid()
  domainId: string;

  @Text()
  host: string;

  @Text({ about: '`live` or `test`, as the domain was then.' })
  environment: string;

  @Text({ about: 'Such as `sign-token`.' })
  route: string;

  @Whole({ min: 1 })
  calls: number;
}

export class UsageAnswer {
  @Parts(() => UsageLine)
  lines: UsageLine[];
}
