import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import { isForMachines } from './machine-errors.js';
import { Invalid, Refusal, TooMany } from '../refusals.js';
import { statusOf } from './status-of.js';

/** Where in the request the problem is: in the body (RFC 6901), a parameter of the address, or a file. */
export interface ProblemPlace {
  pointer?: string;
  parameter?: string;
  line?: number;
  column?: number;
  code: string;
  detail: string;
}

/** A refusal with more to say to a program. */
export class Problem extends Refusal {
  constructor(
    status: number,
    code: string,
    text: string,
    readonly more: {
      errors?: ProblemPlace[];
      headers?: Record<string, string>;
      /** Further members of the answer (RFC 9457 section 3.2). */
      members?: Record<string, unknown>;
    } = {},
  ) {
    super(status, code, text);
  }
}

const codes: Record<number, string> = {
  400: 'malformed_request',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  500: 'server_error',
  503: 'temporarily_unavailable',
};

const texts: Record<number, string> = {
  400: 'The request cannot be read. Nothing was changed.',
  404: 'There is nothing here, or it is not yours to see.',
  413: 'The request is larger than any that makes sense. Nothing was changed.',
  415: 'Send application/json.',
  500: 'A fault of ours; it has been noted.',
  503: 'The database is not answering. Nothing was changed; try again.',
};

/** Is this an address of our own REST API, whose errors are problem details? */
export function isRest(request: FastifyRequest): boolean {
  return request.url.startsWith('/api/v1/') && isForMachines(request);
}

/** An error as RFC 9457 has it. `code` never changes; `detail` is for people. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  error: unknown,
): FastifyReply {
  const status = statusOf(error);
  const { errors, headers, members } = error instanceof Problem ? error.more : placesOf(error);
  const known = error instanceof Refusal;
  // Where no token is asked for, the client ID and the secret themselves are.
  if (status === 401)
    void reply.header('www-authenticate', 'Basic realm="Keyturn", charset="UTF-8"');
  if (headers) void reply.headers(headers);
  if (error instanceof TooMany) void reply.header('retry-after', String(error.retryAfter));
  if (status === 503) void reply.header('retry-after', '5');
  const code = known ? error.code : (codes[status] ?? 'malformed_request');
  return reply
    .status(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: `/api/v1/docs#${code}`,
        title: STATUS_CODES[status],
        status,
        code,
        detail: known ? error.publicText : (texts[status] ?? texts[400]),
        ...(errors && { errors }),
        ...members,
        requestId: request.id,
      }),
    );
}

/** The fields of a form's refusal are members of the body here. */
function placesOf(error: unknown): Problem['more'] {
  if (!(error instanceof Invalid)) return {};
  const errors = Object.entries(error.fields).map(([field, detail]) => ({
    pointer: `/${field}`,
    code: 'invalid',
    detail,
  }));
  return { errors };
}
