import type { DomainEnvironment } from '../domains/domain.entity.js';
import type { SecretEvent } from './events.js';

/** Where an endpoint belongs. */
export interface Place {
  organisationId: string;
  organisation: string;
  applicationId: string;
  application: string;
  clientId: string;
  domainId: string;
  host: string;
  environment: DomainEnvironment;
}

/** Of a secret everything but its value, which nobody has. */
export interface ToldSecret {
  id: string;
  name: string;
  hint: string;
  createdAt: Date;
  expiresAt: Date;
  deletedAt: Date | null;
}

/**
 * What is sent, field by field, by the Standard Webhooks: type, time, data.
 * @param at when it happened; of a state, when it was noticed
 * @param publicUrl where the page of the secret is
 */
export function secretBody(
  event: SecretEvent,
  at: Date,
  place: Place,
  secret: ToldSecret,
  publicUrl: string,
): string {
  const { id, name, hint, createdAt, expiresAt, deletedAt } = secret;
  return body(event, at, place, {
    secret: {
      id,
      name,
      hint,
      created_at: createdAt.toISOString(),
      expires_at: expiresAt.toISOString(),
      deleted_at: deletedAt?.toISOString() ?? null,
    },
    url: `${publicUrl}/manage-api-credentials/${place.applicationId}${deletedAt ? '' : `/secrets/${id}`}`,
  });
}

/** What the test button sends: about no secret. */
export function testBody(at: Date, place: Place, publicUrl: string): string {
  const url = `${publicUrl}/manage-api-credentials/${place.applicationId}/webhooks`;
  return body('webhook.test', at, place, { url });
}

function body(type: string, at: Date, place: Place, more: object): string {
  return JSON.stringify({
    type,
    timestamp: at.toISOString(),
    data: {
      organisation: { id: place.organisationId, name: place.organisation },
      application: {
        id: place.applicationId,
        name: place.application,
        client_id: place.clientId,
      },
      domain: { id: place.domainId, host: place.host, environment: place.environment },
      ...more,
    },
  });
}
