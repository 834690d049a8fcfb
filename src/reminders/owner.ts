/** Whose secret it is: an application's, or the resource server's of a resource in one environment. */
export interface Owner {
  kind: 'application' | 'resource';
  id: string;
  /** A resource is named with its environment, such as `Match-Connect (production)`. */
  name: string;
  clientId: string;
}

/** Its name, under the key that programs read it by. */
export function ownerNames({ kind, name }: Owner): {
  application: string | null;
  resource: string | null;
} {
  return kind === 'application'
    ? { application: name, resource: null }
    : { application: null, resource: name };
}
