import { mayManage, maySee } from '../applications/permission.js';
import type { Happening } from '../audit/audit.service.js';
import type { Tx } from '../platform/database/tx.js';
import { type Place } from './payload.js';
import { placeColumns } from './places.js';

/** An address of the kind `webhook` with where it belongs. */
export interface EndpointRow extends Place {
  id: string;
  url: string;
  active: boolean;
  /** Whether it has a secret to sign with; one that came with a file has none yet. */
  signed: boolean;
}

export interface SeenEndpoint extends EndpointRow {
  mayManage: boolean;
}

const from = `
  domain_urls u join domains d on d.id = u.domain_id and d.deleted_at is null
  join applications a on a.id = d.application_id and a.deleted_at is null
  join organisations o on o.id = a.organisation_id
  left join webhook_endpoints e on e.id = u.id`;

const columns = `u.id, u.url, u.active, e.id is not null as signed, ${placeColumns}`;

/** Locked until the transaction ends. */
export async function findEndpoint(tx: Tx, id: string): Promise<EndpointRow | undefined> {
  const [row] = await tx.query<[EndpointRow?]>(
    `select ${columns} from ${from} where u.id = $1 and u.kind = 'webhook' for no key update of u`,
    [id],
  );
  return row;
}

/** The same for somebody who sees it; of another application it is not found (R8). */
export async function findSeenEndpoint(
  tx: Tx,
  userId: string | null,
  applicationId: string,
  id: string,
  now: Date,
): Promise<SeenEndpoint | undefined> {
  const [row] = await tx.query<[SeenEndpoint?]>(
    `select ${columns}, ${mayManage('a', '$3', '$4')} as "mayManage"
     from ${from} where u.id = $1 and u.kind = 'webhook' and a.id = $2
       and ${maySee('a', '$3', '$4')} for no key update of u`,
    [id, applicationId, userId, now],
  );
  return row;
}

/** For the audit: of the address only scheme and host, for the rest may be a secret of its receiver. */
export function happened(
  action: string,
  { id, url, host, applicationId, organisationId }: EndpointRow,
  detail: Record<string, unknown> = {},
): Happening {
  return {
    action,
    subject: { kind: 'webhook', id, name: new URL(url).origin },
    applicationId,
    organisationId,
    detail: { domain: host, ...detail },
  };
}
