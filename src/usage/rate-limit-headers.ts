import type { Room } from './call-limit.service.js';

/**
 * What is left to a caller (draft-ietf-httpapi-ratelimit-headers-10): the rule, and the calls left in
 * the seconds until the count begins anew.
 */
export function rateLimitHeaders({ most, left, ends }: Room): Record<string, string> {
  return {
    'ratelimit-policy': `"minute";q=${most};w=60`,
    ratelimit: `"minute";r=${left};t=${ends}`,
  };
}
