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
  if (named) return { ...named, scope: scopeOf(named, scope) };
  if (granted.length === 1) return { ...granted[0]!, scope: scopeOf(granted[0]!, undefined) };
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
    .map((name) => granted.find((each) => isAll(each, name) || each.scopes.includes(name)));
  const [first] = found;
  if (!first || found.some((each) => each?.id !== first.id)) {
    throw new OAuthRefusal('invalid_scope', 'name scopes of one granted resource');
  }
  return first;
}

function isAll({ scope, audience }: GrantedResource, name: string): boolean {
  return scope === name || audience + defaultScope === name;
}

/** What stands in the token: of a resource with scopes of its own those asked for, else all granted. */
function scopeOf(resource: GrantedResource, asked: string | undefined): string {
  if (resource.scopes.length === 0) return resource.scope;
  const names = asked?.split(' ').filter(Boolean) ?? [];
  const all = names.length === 0 || names.some((name) => isAll(resource, name));
  return resource.scopes.filter((name) => all || names.includes(name)).join(' ');
}
