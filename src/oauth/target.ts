import type { GrantedResource } from '../secrets/credential-check.service.js';
import { OAuthRefusal } from './oauth-refusal.js';

const defaultScope = '/.default';

/**
 * The one resource that a token is for (T2): named by `resource` (RFC 8707), by `scope`, or the only
 * one that is granted.
 * @throws OAuthRefusal `invalid_target` or `invalid_scope`
 */
export function targetOf(
  granted: readonly GrantedResource[],
  resource: string | undefined,
  scope: string | undefined,
): GrantedResource {
  const byResource = resource === undefined ? undefined : withAudience(granted, resource);
  const byScope = scope === undefined ? undefined : withScope(granted, scope);
  if (byResource && byScope && byResource.id !== byScope.id) {
    throw new OAuthRefusal('invalid_target', 'resource and scope name different resources');
  }
  const named = byResource ?? byScope;
  if (named) return named;
  if (granted.length === 1) return granted[0]!;
  throw new OAuthRefusal(
    'invalid_target',
    granted.length === 0 ? 'no resource is granted' : 'name one of your resources',
  );
}

function withAudience(granted: readonly GrantedResource[], resource: string): GrantedResource {
  const found = granted.find(({ audience }) => audience === resource);
  if (!found) throw new OAuthRefusal('invalid_target', 'this resource is not granted');
  return found;
}

function withScope(granted: readonly GrantedResource[], scope: string): GrantedResource {
  const found = scope
    .split(' ')
    .filter(Boolean)
    .map((name) =>
      granted.find((each) => each.scope === name || each.audience + defaultScope === name),
    );
  const [first] = found;
  if (!first || found.some((each) => each?.id !== first.id)) {
    throw new OAuthRefusal('invalid_scope', 'name scopes of one granted resource');
  }
  return first;
}
