/** The addresses of this door that its pages link to. */
export const home = '/manage-api-credentials';
export const applicationHref = (id: string) => `${home}/${id}`;
export const secretHref = (applicationId: string, id: string) =>
  `${applicationHref(applicationId)}/secrets/${id}`;

/** Where the other door looks after an application; for IT. */
export const adminHref = (applicationId: string) => `/admin/applications/${applicationId}`;

/** Where it looks after the secrets of a resource server; for IT. */
export const resourceHref = (resourceId: string) => `/admin/resources/${resourceId}`;
