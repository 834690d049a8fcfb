import type { Actor } from '../audit/audit.service.js';
import type { Language } from '../platform/language/languages.js';
import type { Permission } from '../users/permissions.js';

/** The person behind a request: signed in with both factors, roles read at this very request (R7). */
export interface Viewer extends Actor {
  id: string;
  email: string;
  organisationId: string | null;
  /** Chosen by the person, otherwise asked for by the browser. */
  language: Language;
  /** What their roles open anywhere; where, each query asks for itself. */
  may: ReadonlySet<Permission>;
  /** The part of it that holds everywhere. */
  everywhere: ReadonlySet<Permission>;
  /** Operator staff, who administer the platform. */
  it: boolean;
  /** Has the built-in role, which says how things are put. */
  orgAdmin: boolean;
  /** Credential manager of at least one application, in the same sense. */
  manager: boolean;
  /** Names of roles that IT made. */
  roles: readonly string[];
}

declare module 'fastify' {
  interface FastifyRequest {
    viewer?: Viewer;
  }
}
