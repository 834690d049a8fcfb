import { Day, Instant, OneOf, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

/** Roles of IT are given by people. */
export const givenRoles = ['credential_manager', 'org_admin'] as const;

export class NewRole {
  @Uuid()
  userId: string;

  @OneOf(givenRoles)
  role: (typeof givenRoles)[number];

  @Uuid({ optional: true, about: 'For a credential manager.' })
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

  @OneOf(givenRoles)
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
