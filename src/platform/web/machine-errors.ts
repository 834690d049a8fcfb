import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, TooMany } from '../refusals.js';

const codes: Record<number, string> = {
  404: 'not_found',
  405: 'method_not_allowed',
  500: 'server_error',
  503: 'temporarily_unavailable',
};

const descriptions: Record<number, string> = {
  404: 'there is nothing at this address',
  405: 'this address does not take this method',
  413: 'the request is larger than any that makes sense',
  500: 'a fault of ours; it has been noted',
  503: 'the database is not answering; try again',
};

/** Is this an address for programs, which want no pages? */
export function isForMachines({ url }: FastifyRequest): boolean {
  // What describes them is read by people.
  const page = /^\/api\/v1\/docs(\?|$)/.test(url);
  return /^\/(metrics(\?|$)|(oauth2|api|health|calendar|\.well-known)\/)/.test(url) && !page;
}

/** An error as RFC 6749 section 5.2 has it, with the challenge of RFC 7617 beside a 401. */
export function sendMachineError(
  reply: FastifyReply,
  error: unknown,
  statusOf: (error: unknown) => number,
): FastifyReply {
  const found = statusOf(error);
  // The wrong media type is a malformed request to OAuth.
  const status = found === 415 ? 400 : found;
  if (status === 401)
    void reply.header('www-authenticate', 'Basic realm="Keyturn", charset="UTF-8"');
  if (status === 503) void reply.header('retry-after', '5');
  if (error instanceof TooMany) void reply.header('retry-after', String(error.retryAfter));
  const body =
    error instanceof Refusal
      ? { error: error.code, error_description: error.publicText }
      : {
          error: codes[status] ?? 'invalid_request',
          error_description: descriptions[status] ?? 'the request cannot be read',
        };
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(body);
}
