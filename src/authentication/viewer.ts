import type { Actor } from '../audit/audit.service.js';
import type { Language } from '../platform/language/languages.js';

/** The person behind a request: signed in with both factors, roles read at this very request (R7). */
export interface Viewer extends Actor {
  id: string;
  email: string;
  organisationId: string | null;
  /** Chosen by the person, otherwise asked for by the browser. */
  language: Language;
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
