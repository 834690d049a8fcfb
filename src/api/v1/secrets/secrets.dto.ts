import { Flag, Instant, OneOf, Text, Uuid, Whole, Day } from '../contract/fields.js';

export class NewSecret {
  @Text({ max: 400, optional: true, about: 'Absent: `Standard Key`, numbered when that is taken.' })
  name?: string;

  @Day({ optional: true, about: 'The last day in UTC on which it works; instead of `expiresAt`.' })
  lastDay?: string;

  @Instant({
    optional: true,
    about: 'Its exact end, one calendar year away at most. With neither it lives for a year.',
  })
  expiresAt?: string;

  @Whole({
    min: 0,
    max: 366,
    optional: true,
    about:
      'Create only when the newest secret that works has no more than so many days left. Otherwise ' +
      'that one is answered with 200, without a value.',
  })
  minimumDaysRemaining?: number;
}

export class SecretChange {
  @Flag({ about: '`true` switches it off, `false` on again.' })
  disabled: boolean;
}

export const secretStates = ['active', 'expiring', 'off', 'expired', 'superseded'] as const;

/** A secret without its value. */
export class SecretAnswer {
  @Uuid()
  id: string;

  @Uuid()
  applicationId: string;

  @Text()
  name: string;

  @Text({ about: 'The first three characters of its value.' })
  hint: string;

  @OneOf(secretStates)
  state: string;

  @Instant()
  createdAt: string;

  @Text({ nullable: true, about: 'A person, or the secret whose token created it.' })
  createdBy: string | null;

  @Instant({ about: 'It works until then, exclusively.' })
  expiresAt: string;

  @Day({ about: 'The last UTC day on which it works.' })
  lastDay: string;

  @Whole({ about: 'From today to the last day; negative after it.' })
  daysLeft: number;

  @Instant({ nullable: true })
  disabledAt: string | null;

  @Instant({ nullable: true, about: 'Up to a minute late.' })
  lastUsedAt: string | null;

  @Flag({
    about:
      'Its creation was repeated with the same Idempotency-Key, so its value was lost on the way.',
  })
  neverRetrieved: boolean;
}

/** The only answer with a value (S5). */
export class CreatedSecret extends SecretAnswer {
  @Text({ about: 'The secret itself. It is in this answer and nowhere else, ever.' })
  value: string;
}
