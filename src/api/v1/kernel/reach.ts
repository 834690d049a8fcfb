import type { Caller } from '../../../oauth/bearer.service.js';

/**
 * The one application that a caller may look at, or null for all: those who provision see every one,
 * everybody else their own (ADR 11). It stands in the `where` of each query as
 * `($n::uuid is null or a.id = $n)`.
 */
export function reachOf(caller: Caller): string | null {
  return caller.scopes.includes('provisioning.read') ? null : caller.machine.applicationId;
}
