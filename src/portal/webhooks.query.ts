import type { DataSource } from 'typeorm';
import { mayManage, maySee } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import type { DomainEnvironment } from '../domains/domain.entity.js';
import { NotFound } from '../platform/refusals.js';
import type { Fault } from '../platform/outgoing/outgoing.js';
import type { WebhookEvent } from '../webhooks/events.js';
import type { DeliveryState } from '../webhooks/webhook.entity.js';

/** Whose application it is about, and who asks. */
export interface Asked {
  viewer: Viewer;
  applicationId: string;
  now: Date;
}

export interface WebhooksRow {
  name: string;
  mayManage: boolean;
  domains: { id: string; host: string; environment: DomainEnvironment }[];
}

export interface WebhookRow {
  id: string;
  url: string;
  host: string;
  environment: DomainEnvironment;
  active: boolean;
  domainActive: boolean;
  signed: boolean;
  formerUntil: Date | null;
  failingSince: Date | null;
  goneAt: Date | null;
  /** Answers of its last message. */
  event: WebhookEvent | null;
  at: Date | null;
  status: number | null;
  fault: Fault | null;
}

export interface MessageRow {
  id: string;
  event: WebhookEvent;
  state: DeliveryState;
  createdAt: Date;
  nextAttemptAt: Date;
  attempts: number;
  body: string | null;
  secretId: string | null;
  secret: string | null;
  secretDeleted: boolean;
  /** Of the last attempt. */
  at: Date | null;
  status: number | null;
  fault: Fault | null;
}

export interface AttemptRow {
  number: number;
  at: Date;
  status: number | null;
  fault: Fault | null;
  milliseconds: number | null;
}

/** The application, with the domains that a webhook can belong to. @throws NotFound */
export async function findWebhooksOf(
  dataSource: DataSource,
  { viewer, applicationId, now }: Asked,
): Promise<WebhooksRow> {
  const [row] = await dataSource.query<[WebhooksRow?]>(
    `select a.name, ${mayManage('a', '$2', '$3')} as "mayManage",
       (select coalesce(json_agg(json_build_object('id', d.id, 'host', d.host,
           'environment', d.environment) order by d.is_primary desc, d.host), '[]')
         from domains d where d.application_id = a.id and d.deleted_at is null) as domains
     from applications a
     where a.id = $1 and a.deleted_at is null and ${maySee('a', '$2', '$3')}`,
    [applicationId, viewer.id, now],
  );
  if (!row) throw new NotFound('no such application for this user');
  return row;
}

/** The last attempt of any message of an endpoint. */
const lastOfAll = `
  left join lateral (select w.event, t.at, t.status, t.fault
    from webhook_deliveries w join webhook_attempts t on t.delivery_id = w.id
    where w.endpoint_id = e.id and w.created_at > $4 order by t.at desc, t.number desc limit 1) l on true`;

/** @param id of one; absent for all */
export function findWebhooks(
  dataSource: DataSource,
  { viewer, applicationId, now }: Asked,
  id?: string,
): Promise<WebhookRow[]> {
  const lately = new Date(now.getTime() - 35 * 86_400_000);
  return dataSource.query<WebhookRow[]>(
    `select u.id, u.url, d.host, d.environment, u.active, d.active as "domainActive",
       e.id is not null as signed, e.failing_since as "failingSince", e.gone_at as "goneAt",
       case when e.former_until > $3 then e.former_until end as "formerUntil",
       l.event, l.at, l.status, l.fault
     from domain_urls u join domains d on d.id = u.domain_id and d.deleted_at is null
     join applications a on a.id = d.application_id and a.deleted_at is null
     left join webhook_endpoints e on e.id = u.id ${lastOfAll}
     where a.id = $1 and u.kind = 'webhook' and ($5::uuid is null or u.id = $5)
       and ${maySee('a', '$2', '$3')}
     order by d.host, u.created_at`,
    [applicationId, viewer.id, now, lately, id ?? null],
  );
}

/** The newest messages of an endpoint, or one of them; whether it may be seen was asked before. */
export function findMessages(
  dataSource: DataSource,
  endpointId: string,
  { id, limit }: { id?: string; limit: number },
): Promise<MessageRow[]> {
  return dataSource.query<MessageRow[]>(
    `select w.id, w.event, w.state, w.created_at as "createdAt", w.attempts,
       w.next_attempt_at as "nextAttemptAt", w.secret_id as "secretId", s.name as secret,
       s.deleted_at is not null as "secretDeleted", l.at, l.status, l.fault,
       case when $2::uuid is not null then w.body end as body
     from webhook_deliveries w left join secrets s on s.id = w.secret_id
     left join webhook_attempts l on l.delivery_id = w.id and l.number = w.attempts
     where w.endpoint_id = $1 and ($2::uuid is null or w.id = $2)
     order by w.created_at desc, w.id desc limit $3`,
    [endpointId, id ?? null, limit],
  );
}

export function findAttempts(dataSource: DataSource, deliveryId: string): Promise<AttemptRow[]> {
  return dataSource.query<AttemptRow[]>(
    `select number, at, status, fault, milliseconds from webhook_attempts
     where delivery_id = $1 order by number desc limit 100`,
    [deliveryId],
  );
}
