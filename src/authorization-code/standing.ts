import { userinfoScope } from '../applications/sign-in-resource.js';
import { grantedOn, isTester } from '../sign-token/client-user-sight.js';

/** As SQL: may tokens of the sign-in `i` still be used? Everything it stands on is judged at each use. */
export const signInStands = (i: string) => `
  exists (select from applications a
    join domains d on d.id = ${i}.domain_id and d.application_id = a.id
    join users u on u.id = ${i}.user_id
    join client_users c on c.application_id = a.id and c.user_id = u.id
    where a.id = ${i}.application_id and a.deleted_at is null and a.disabled_at is null
      and d.deleted_at is null and d.active and d.allow_login and u.closed_at is null
      and c.revoked_at is null and c.connected_at = ${i}.connected_at
      and (d.environment = 'live' or ${isTester('a.id', 'u.id')}))`;

/**
 * As SQL: may the application read who the user is when they are not there? It is granted by IT, verified
 * where that is needed, and agreed to by the user.
 */
export const mayComeBack = (i: string) => `
  (exists (select from client_users c where c.application_id = ${i}.application_id
    and c.user_id = ${i}.user_id and '${userinfoScope}' = any (c.scopes))
  and '${userinfoScope}' = any (coalesce(${grantedOn(`${i}.application_id`, `${i}.domain_id`)}, '{}')))`;

/** As SQL: is the secret `s` good at `now`? */
export const secretStands = (s: string, now: string) => `
  (${s}.deleted_at is null and ${s}.disabled_at is null and ${s}.expires_at > ${now})`;
