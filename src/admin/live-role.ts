import { manages } from '../applications/permission.js';

/**
 * Who has a role now, as SQL over `role_assignments r` and `users u`: given, not withdrawn, not
 * ended, and the account is open (R3, R7, M5). `now` is a parameter such as `$2`.
 */
export const liveRole = (now: string) =>
  `r.withdrawn_at is null and (r.ends_at is null or r.ends_at > ${now}) and u.closed_at is null`;

/** Names of roles that IT made, of the user `u`; what is switched off or over opens nothing and is no role here. */
export const otherRoles = (now: string) => `
  (select coalesce(json_agg(distinct g.name), '[]')
   from role_assignments r join roles g on g.key = r.role
   where r.user_id = u.id and not g.built_in and g.active
     and (g.ends_at is null or g.ends_at > ${now}) and ${liveRole(now)})`;

/** The same, and the person has signed in: only such people can act and are mailed (R4, M5). */
export const activeRole = (now: string) => `${liveRole(now)} and u.activated_at is not null`;

/**
 * Those who manage the secrets of the application `a`, from `from` on: its credential managers, and
 * whoever has a role of IT's own making that does the same. Somebody with two of them is in it twice.
 */
export const liveManagers = (now: string) => `
  from role_assignments r join users u on u.id = r.user_id
  where ${manages('a', now)} and ${liveRole(now)}`;

/** How many people these are, of those who have signed in; `beside` leaves some out. */
export const countManagers = (now: string, beside = 'true') => `
  (select count(distinct u.id)::int ${liveManagers(now)} and u.activated_at is not null and ${beside})`;
