import type { FastifyReply } from 'fastify';

export interface Sending {
  status?: number;
  etag?: string;
  location?: string;
  replayed?: boolean;
}

/** An answer of this API. Nothing of it may be stored by a proxy (S5). */
export function send(
  reply: FastifyReply,
  body: object,
  { status = 200, etag, location, replayed }: Sending = {},
): FastifyReply {
  if (etag) void reply.header('etag', etag);
  if (location) void reply.header('location', location);
  if (replayed) void reply.header('idempotency-replayed', 'true');
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(body));
}

export function sendNothing(reply: FastifyReply): FastifyReply {
  return reply.status(204).header('cache-control', 'no-store').send();
}
