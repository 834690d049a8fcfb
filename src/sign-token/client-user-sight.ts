import { signInResource } from '../applications/sign-in-resource.js';
import type { DomainEnvironment } from '../domains/domain.entity.js';
import type { DomainReason } from '../secrets/secret-use.entity.js';
import type { UserFacts } from './identity.js';

/** What an application knows of a user. */
export interface ClientUserSight extends UserFacts {
  userId: string;
  closed: boolean;
  /** What the user agreed to; null without an active connection. */
  agreed: string[] | null;
  /** May sign in on test domains. */
  tester: boolean;
  /** What IT has granted the application on the domain; null where there is nothing. */
  granted: string[] | null;
}

/** As SQL: may the user sign in on test domains of the application? */
export const isTester = (application: string, user: string) => `
  exists (select from access_requests t where t.application_id = ${application}
    and t.user_id = ${user} and t.state = 'accepted')`;

/** As SQL: the scopes of the Sign-in resource that the application may use on the domain, or null. */
export const grantedOn = (application: string, domain: string) => `
  (select g.scopes from grants g join resources r on r.id = g.resource_id
    where g.application_id = ${application} and g.resource_id = '${signInResource}'
      and (not r.needs_verification or exists (select from verifications v
        where v.application_id = ${application} and v.state = 'accepted'
          and r.id = any (v.resource_ids) and ${domain} = any (v.domain_ids))))`;

/** As SQL: a user `u` with the subject `j`, as the application sees them on the domain. */
export const clientUserSight = (application: string, domain: string) => `
  json_build_object('sub', j.sub::text, 'userId', u.id, 'name', u.name, 'email', u.email,
    'verified', u.activated_at is not null, 'closed', u.closed_at is not null,
    'agreed', (select c.scopes from client_users c where c.application_id = ${application}
      and c.user_id = u.id and c.revoked_at is null),
    'tester', ${isTester(application, 'u.id')}, 'granted', ${grantedOn(application, domain)})`;

/** Check 15: somebody known who is connected, and on a test domain an accepted test user. */
export function reasonAgainstUser(
  user: ClientUserSight | null | undefined,
  environment: DomainEnvironment,
): DomainReason | undefined {
  if (!user || user.closed) return 'user_unknown';
  if (!user.agreed || (environment === 'test' && !user.tester)) return 'user_not_connected';
  return undefined;
}

/** Check 16: granted by IT, verified where that is needed, and agreed to by the user. */
export function reasonAgainstScope(
  { granted, agreed }: ClientUserSight,
  scope: string,
): DomainReason | undefined {
  const both = granted?.includes(scope) && agreed?.includes(scope);
  return both ? undefined : 'scope_missing';
}
