import type { Viewer } from '../authentication/viewer.js';

/**
 * A page's model with the links alone that lead somewhere for this viewer: pages that another role than
 * IT opens are made for IT, and link to all of its pages. A list of links loses those that lead nowhere.
 */
export function withinReach<T>(model: T, { it, everywhere }: Pick<Viewer, 'it' | 'everywhere'>): T {
  if (it) return model;
  const leads = (href: string) => {
    const path = href.split(/[?#]/)[0]!;
    if (/^\/admin\/audit(\/|$)/.test(path)) return everywhere.has('audit.see');
    if (/^\/admin\/support(\/|$)/.test(path)) return everywhere.has('support.see');
    return !path.startsWith('/admin') && everywhere.has('applications.see');
  };
  const narrow = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(narrow);
    if (part === null || typeof part !== 'object' || part instanceof Date) return part;
    const entries = Object.entries(part).map(([name, value]) => [
      name,
      name === 'href' && typeof value === 'string' && !leads(value) ? undefined : narrow(value),
    ]);
    return Object.fromEntries(entries);
  };
  return narrow(model) as T;
}
