import { Day, Flag, Instant, Part, Parts, Text, Uuid, Whole } from '../contract/fields.js';

export class ForecastQuery {
  @Whole({ min: 1, max: 366, optional: true, about: 'How many days, today being the first; 60.' })
  days?: number;

  @Uuid({ optional: true })
  organisationId?: string;

  @Uuid({ optional: true })
  applicationId?: string;
}

export class ForecastRecipient {
  @Text()
  name: string;

  @Text()
  address: string;
}

export class ForecastSecret {
  @Uuid()
  id: string;

  @Text()
  name: string;

  @Text({ nullable: true, about: 'Null for the secret of a resource server.' })
  application: string | null;

  @Text({
    nullable: true,
    about: 'The resource whose server has this secret; null for an application.',
  })
  resource: string | null;

  @Uuid()
  clientId: string;

  @Text({ about: 'Days left, or `expired`.' })
  milestone: string;

  @Instant()
  expiresAt: string;
}

/** A mail to one person about everything that is due for them. */
export class ForecastMailAnswer {
  @Instant()
  at: string;

  @Day()
  day: string;

  @Part(() => ForecastRecipient, { nullable: true, about: 'Null: there is nobody to be mailed.' })
  recipient: ForecastRecipient | null;

  @Parts(() => ForecastSecret)
  secrets: ForecastSecret[];
}

export class ForecastAnswer {
  @Parts(() => ForecastMailAnswer)
  mails: ForecastMailAnswer[];

  @Flag({ about: 'Not every secret was looked at: ask for fewer days, or for a part.' })
  cut: boolean;
}
