import type { Actor } from '../audit/audit.service.js';

/** The person behind a request: signed in with both factors, roles read at this very request (R7). */
export interface Viewer extends Actor {
  id: string;
  email: string;
  organisationId: string | null;
  /** Operator staff. */
  it: boolean;
  /** Org admin of the own organisation. */
  orgAdmin: boolean;
  /** Credential manager of at least one application. */
  manager: boolean;
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer?: Viewer;
  }
}
