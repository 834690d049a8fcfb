/**
 * Permissions as SQL, to stand in the `where` of the query that reads or changes (habit 5): what may
 * not be seen is not found (R8). `user` and `now` are parameters such as `$1`.
 */
const liveRole = (user: string, now: string) => `
  select 1 from role_assignments r where r.user_id = ${user} and r.withdrawn_at is null
    and (r.ends_at is null or r.ends_at > ${now})`;

/** Credential managers see their applications, org admins their organisation's, IT all (S1, R14). */
export const maySee = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now)} and (r.role = 'it'
    or (r.role = 'org_admin' and r.organisation_id = ${application}.organisation_id)
    or (r.role = 'credential_manager' and r.application_id = ${application}.id)))`;

/** What belongs to no application, such as the secrets of resource servers, is IT's alone. */
export const isIt = (user: string, now: string) => `
  exists (${liveRole(user, now)} and r.role = 'it')`;

/** Those whom the reminders are for, whatever else they may see: its managers and org admins (M5). */
export const isContact = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now)}
    and (r.role = 'org_admin' and r.organisation_id = ${application}.organisation_id
      or r.role = 'credential_manager' and r.application_id = ${application}.id))`;

/** Somebody who is reminded of anything: contacts, and IT of the resource servers. */
export const isAnyReader = (user: string, now: string) => `
  exists (${liveRole(user, now)} and r.role in ('org_admin', 'credential_manager', 'it'))`;

/** A program manages the secrets of its own application and no other's. */
export const isOwn = (application: string, own: string) => `${application}.id = ${own}`;

/** Only its credential managers create, switch off and delete an application's secrets (S1, R14). */
export const mayManage = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now)}
    and r.role = 'credential_manager' and r.application_id = ${application}.id)`;

/** Org admins act for their own organisation (R5, R14). `organisation` is its id, of no table called `r`. */
export const orgAdminOf = (organisation: string, user: string, now: string) => `
  exists (${liveRole(user, now)} and r.role = 'org_admin' and r.organisation_id = ${organisation})`;

/** The domains of an application are kept by its credential managers, and by IT, who has them in the file. */
export const mayManageDomains = (application: string, user: string, now: string) => `
  (${mayManage(application, user, now)} or ${isIt(user, now)})`;
