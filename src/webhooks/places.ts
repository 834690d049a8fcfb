/** Endpoints with where they belong; of a deleted domain or application none is left. */
export const placed = `
  webhook_endpoints e join domain_urls u on u.id = e.id
  join domains d on d.id = u.domain_id and d.deleted_at is null
  join applications a on a.id = d.application_id and a.deleted_at is null
  join organisations o on o.id = a.organisation_id`;

/** Of these, the ones that something may be sent to. */
export const active = '(u.active and d.active)';

/** The columns of `Place`. */
export const placeColumns = `
  o.id as "organisationId", o.name as organisation, a.id as "applicationId", a.name as application,
  a.client_id as "clientId", d.id as "domainId", d.host, d.environment`;
