import type { DataSource } from 'typeorm';
import type { Viewer } from '../authentication/viewer.js';
import { type DomainsRow, findDomainsOf } from '../domains/domains-of.query.js';
import type { Config } from '../platform/config/config.js';
import type { ApplicationFacts } from './applications.query.js';

/** For the page of an application; nothing of a deleted one, or where there is no such module. */
export async function domainsFor(
  dataSource: DataSource,
  config: Config,
  { viewer, now }: { viewer: Viewer; now: Date },
  { id, deletedAt }: ApplicationFacts,
): Promise<DomainsRow | undefined> {
  if (config.DOMAINS !== 'on' || deletedAt) return undefined;
  return findDomainsOf(dataSource, viewer, now, id);
}
