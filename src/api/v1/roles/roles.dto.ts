import { Day, Instant, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

export class NewRole {
  @Uuid()
  userId: string;

  @Text({
    max: 40,
    about:
      '`credential_manager`, `org_admin`, or the key of a custom role. Those of the whole service are given by people.',
    example: 'org_admin',
  })
  role: string;

  @Uuid({ optional: true, about: 'For a role in one application.' })
  applicationId?: string;

  @Text({ max: 400, about: 'Who in the organisation confirmed it.' })
  confirmedBy: string;

  @Day({ about: 'When it was confirmed: today or earlier.' })
  confirmedOn: string;

  @Day({ optional: true, about: 'The last day of the role. Absent: it does not end by itself.' })
  lastDay?: string;
}

export class RoleQuery extends ListQuery {
  @Uuid({ optional: true })
  userId?: string;

  @Uuid({ optional: true })
  applicationId?: string;

  @Uuid({ optional: true })
  organisationId?: string;
}

/** A role that holds now. */
export class RoleAnswer {
  @Uuid()
  id: string;

  @Uuid()
  userId: string;

  @Text({ about: 'The key of the role.' })
  role: string;

  @Uuid()
  organisationId: string;

  @Uuid({ nullable: true })
  applicationId: string | null;

  @Text()
  confirmedBy: string;

  @Day()
  confirmedOn: string;

  @Instant()
  grantedAt: string;

  @Instant({ nullable: true, about: 'It holds until then, exclusively.' })
  endsAt: string | null;
}
