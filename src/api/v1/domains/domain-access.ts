import type { FastifyRequest } from 'fastify';
import type { EntityManager } from 'typeorm';
import type { Way } from '../../../domains/domains.service.js';
import type { Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import type { Scope } from '../contract/operation.js';
import { type DomainRow, findDomain } from './domains.query.js';

/** A program keeps the domains of its own application, and who provisions those of all. */
export const keepers: Scope[] = ['provisioning.write', 'secrets.manage'];

export function wayOf({ caller }: FastifyRequest, within: Tx): Way {
  return { within, asIt: caller!.scopes.includes('provisioning.write') };
}

/** @throws NotFound */
export async function seenDomain(
  db: EntityManager,
  request: FastifyRequest,
  applicationId: string,
  id: string,
): Promise<DomainRow> {
  const row = await findDomain(db, request.caller!, applicationId, id);
  if (!row) throw new NotFound('no such domain for this caller, or deleted');
  return row;
}

/** The application's row is what all changes of its domains wait for. @throws NotFound */
export async function lockedDomain(
  tx: Tx,
  request: FastifyRequest,
  applicationId: string,
  id: string,
): Promise<DomainRow> {
  await seenDomain(tx, request, applicationId, id);
  await tx.query(`select 1 from applications where id = $1 for no key update`, [applicationId]);
  return seenDomain(tx, request, applicationId, id);
}
