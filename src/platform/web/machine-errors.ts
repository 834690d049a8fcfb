import type { FastifyReply, FastifyRequest } from 'fastify';
import { Refusal, TooMany } from '../refusals.js';
import { statusOf } from './status-of.js';

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

/** Of answers that hold a secret or depend on who asks (RFC 6749 section 5.1). */
export const uncached = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Is this an address for programs, which want no pages? */
export function isForMachines({ url }: FastifyRequest): boolean {
  // What describes them is read by people, and where they send people is a page.
  const page = /^\/(api\/v1\/docs|oauth2\/authorize)\/?(\?|$)/.test(url);
  return /^\/(metrics(\?|$)|(oauth2|api|health|calendar|\.well-known)\/)/.test(url) && !page;
}

export interface MachineError {
  status: number;
  /** Beside `uncached`. */
  headers: Record<string, string>;
  body: { error: string; error_description: string };
}

/** An error as RFC 6749 section 5.2 has it, with the challenge of RFC 7617 beside a 401. */
export function machineError(error: unknown): MachineError {
  const found = statusOf(error);
  // The wrong media type is a malformed request to OAuth.
  const status = found === 415 ? 400 : found;
  const headers: Record<string, string> = {
    ...(status === 401 && { 'www-authenticate': 'Basic realm="Keyturn", charset="UTF-8"' }),
    ...(status === 503 && { 'retry-after': '5' }),
    ...(error instanceof TooMany && { 'retry-after': String(error.retryAfter) }),
  };
  const body =
    error instanceof Refusal
      ? { error: error.code, error_description: error.publicText }
      : {
          error: codes[status] ?? 'invalid_request',
          error_description: descriptions[status] ?? 'the request cannot be read',
        };
  return { status, headers, body };
}

export function sendMachineError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = machineError(error);
  return reply.status(status).headers(headers).headers(uncached).send(body);
}
