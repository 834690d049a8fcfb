import { Day, Flag, Instant, Part, Text, Texts, Uuid, Whole } from '../contract/fields.js';
import { scopes } from '../contract/operation.js';

export class SelfAnswer {
  @Uuid()
  applicationId: string;

  @Text()
  application: string;

  @Uuid()
  clientId: string;

  @Uuid()
  organisationId: string;

  @Uuid({ about: 'The secret that the token was bought with.' })
  secretId: string;

  @Texts({ values: scopes, about: 'In the token, and still granted.' })
  scopes: string[];
}

/** Written like the answers of the token endpoint, which it stands beside. */
export class OwnSecret {
  @Text()
  name: string;

  @Text()
  hint: string;

  @Instant()
  created_at: string;

  @Instant()
  expires_at: string;

  @Day()
  last_day: string;

  @Whole()
  days_left: number;

  @Flag()
  replaced_by_newer: boolean;
}

export class SelfSecretAnswer {
  @Uuid()
  client_id: string;

  @Text({ optional: true })
  application?: string;

  @Text({ optional: true, about: 'The audience, for the secret of a resource server.' })
  resource?: string;

  @Part(() => OwnSecret)
  secret: OwnSecret;
}
