/** The addresses of this door that other pages of it link to. */
export const organisationHref = (id: string) => `/admin/organisations/${id}`;
export const applicationHref = (id: string) => `/admin/applications/${id}`;
export const invitationsHref = '/admin/invitations';
export const verificationsHref = '/admin/verifications';
export const runHref = (id: string) => `/admin/reminders/${id}`;
export const resourceHref = (id: string) => `/admin/resources/${id}`;
export const serverSecretHref = (resourceId: string, id: string) =>
  `${resourceHref(resourceId)}/secrets/${id}`;
export const apiHref = (code: string) => `/admin/resources/apis/${code}`;
/** What support sees of an application. */
export const supportHref = (id: string) => `/admin/support/${id}`;
/** Of a role that can be given, by its key. */
export const roleHref = (key: string) => `/admin/roles/${key}`;
export const userHref = (id: string) => `/admin/users/${id}`;

/** Where the other door shows an application's secrets; IT only looks at them. */
export const secretsHref = (applicationId: string) => `/manage-api-credentials/${applicationId}`;
