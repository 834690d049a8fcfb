import { opens, type Permission } from '../users/permissions.js';

/**
 * Permissions as SQL, to stand in the `where` of the query that reads or changes (habit 5): what may
 * not be seen is not found (R8). `user` and `now` are parameters such as `$1`. Every one of them is the
 * same question: is there a live assignment, of a role that is switched on, not at its end and has the
 * permission, whose place covers the row?
 */
const liveRole = (user: string, now: string, permission: Permission) => `
  select 1 from role_assignments r where r.user_id = ${user} and r.withdrawn_at is null
    and (r.ends_at is null or r.ends_at > ${now}) and ${opens(permission, now)}`;

/** The assignment `r` is of this application, or of the whole organisation. */
export const covers = (application: string) => `
  (r.organisation_id = ${application}.organisation_id
    and (r.application_id is null or r.application_id = ${application}.id))`;

/** The assignment `r` holds everywhere. */
export const everywhere = `r.organisation_id is null`;

/** Credential managers see their applications, org admins their organisation's, IT all (S1, R14). */
export const maySee = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'applications.see')} and (${everywhere} or ${covers(application)}))`;

/** What was done to an application, and which of its calls were refused. */
export const mayAudit = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'audit.see')} and (${everywhere} or ${covers(application)}))`;

/** What belongs to no application, such as the secrets of resource servers, is IT's alone. */
export const isIt = (user: string, now: string) => `
  exists (${liveRole(user, now, 'platform.administer')})`;

/** Those whom the reminders are for, whatever else they may see (M5). */
export const isContact = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'reminders.receive')} and ${covers(application)})`;

/** Those who are reminded of the secrets of resource servers; of applications nobody is everywhere. */
export const isServerContact = (user: string, now: string) => `
  exists (${liveRole(user, now, 'reminders.receive')} and ${everywhere})`;

/** Somebody who is reminded of anything, of applications or of resource servers. */
export const isAnyReader = (user: string, now: string) => `
  exists (${liveRole(user, now, 'reminders.receive')})`;

/** A program manages the secrets of its own application and no other's. */
export const isOwn = (application: string, own: string) => `${application}.id = ${own}`;

/** Who creates, switches off and deletes an application's secrets; nobody does everywhere (S1, R14, P4). */
export const mayManage = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'secrets.manage')} and ${covers(application)})`;

/** Who asks IT for roles in an organisation (R5, R14). `organisation` is its id, of no table called `r`. */
export const mayAskFor = (organisation: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'role_requests.file')} and r.organisation_id = ${organisation})`;

/** The assignment `r` lets somebody manage the secrets of this application. */
export const manages = (application: string, now: string) =>
  `${covers(application)} and ${opens('secrets.manage', now)}`;

/** The assignment `r` brings somebody the reminders of this application. */
export const reminds = (application: string, now: string) =>
  `${covers(application)} and ${opens('reminders.receive', now)}`;

/** The domains of an application are kept by its credential managers, and by IT, who has them in the file. */
export const mayManageDomains = (application: string, user: string, now: string) => `
  exists (${liveRole(user, now, 'domains.manage')} and (${everywhere} or ${covers(application)}))`;
