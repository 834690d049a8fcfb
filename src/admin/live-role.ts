/**
 * Who has a role now, as SQL over `role_assignments r` and `users u`: given, not withdrawn, not
 * ended, and the account is open (R3, R7, M5). `now` is a parameter such as `$2`.
 */
export const liveRole = (now: string) =>
  `r.withdrawn_at is null and (r.ends_at is null or r.ends_at > ${now}) and u.closed_at is null`;

/** The same, and the person has signed in: only such people can act and are mailed (R4, M5). */
export const activeRole = (now: string) => `${liveRole(now)} and u.activated_at is not null`;

/** The credential managers of an application, from `from` on. */
export const liveManagers = (application: string, now: string) => `
  from role_assignments r join users u on u.id = r.user_id
  where r.role = 'credential_manager' and r.application_id = ${application} and ${liveRole(now)}`;
