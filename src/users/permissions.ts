/** What a role can open. Each of them is asked for somewhere, and nothing else is. */
export const permissions = [
  'applications.see',
  'secrets.manage',
  'audit.see',
  'reminders.receive',
  'domains.manage',
  'role_requests.file',
  'support.see',
  'platform.administer',
] as const;

export type Permission = (typeof permissions)[number];

/** Where a role holds: in one application, in the whole organisation, or everywhere. */
export const levels = ['application', 'organisation', 'platform'] as const;

export type Level = (typeof levels)[number];

/**
 * The keys of the roles that open something now, as an SQL array: switched on, and not at their end.
 * It depends on no row of the query around it, so PostgreSQL makes it once for the whole query.
 * @param now a parameter such as `$2`
 */
export const rolesWith = (permission: Permission, now: string) => `
  array(select g.key from roles g where g.active and (g.ends_at is null or g.ends_at > ${now})
    and '${permission}' = any (g.permissions))`;

/** Whether the assignment `r` is of such a role. */
export const opens = (permission: Permission, now: string) =>
  `r.role = any (${rolesWith(permission, now)})`;

/** What a role of each level can open; what gives power is IT's own (C6). The table has the same as a check. */
export const permissionsOf: Record<Level, readonly Permission[]> = {
  application: [
    'applications.see',
    'secrets.manage',
    'audit.see',
    'reminders.receive',
    'domains.manage',
  ],
  organisation: [
    'applications.see',
    'secrets.manage',
    'audit.see',
    'reminders.receive',
    'domains.manage',
    'role_requests.file',
  ],
  platform: ['applications.see', 'audit.see', 'support.see', 'reminders.receive', 'domains.manage'],
};

export function isPermission(text: string): text is Permission {
  return (permissions as readonly string[]).includes(text);
}
