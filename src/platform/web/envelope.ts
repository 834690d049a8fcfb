import type { FastifyReply, FastifyRequest } from 'fastify';
import { Invalid, Refusal, TooMany } from '../refusals.js';
import { uncached } from './machine-errors.js';
import { statusOf } from './status-of.js';

/**
 * The answers of the header API: programs of one kind read `status` and `message` of everything under
 * `/api/`, whatever went wrong. Our own REST API below it has problem details instead.
 */
export interface Envelope {
  status: 'success' | 'error';
  /** One sentence. */
  message: string;
}

export function isEnveloped({ url }: Pick<FastifyRequest, 'url'>): boolean {
  return url.startsWith('/api/') && !url.startsWith('/api/v1/');
}

export function success(message: string, data: object): Envelope & { data: object } {
  return { status: 'success', message, data };
}

const codes: Record<number, string> = {
  400: 'bad_json',
  404: 'not_found',
  405: 'method_not_allowed',
  413: 'too_large',
  415: 'unsupported_media_type',
  422: 'validation_failed',
  429: 'rate_limited',
  500: 'server_error',
  503: 'temporarily_unavailable',
};

const messages: Record<number, string> = {
  400: 'The body cannot be read as JSON.',
  404: 'There is nothing at this address.',
  405: 'This address does not take this method.',
  413: 'The request is larger than any that makes sense.',
  415: 'Send the body as application/json.',
  500: 'A fault of ours; it has been noted.',
  503: 'The service cannot answer now. Try again.',
};

export interface EnvelopeError {
  status: number;
  /** Beside `uncached`. */
  headers: Record<string, string>;
  body: Envelope & { code: string };
}

export function envelopeError(error: unknown): EnvelopeError {
  const status = statusOf(error);
  const headers: Record<string, string> = {
    // Every 401 has a challenge (RFC 9110 section 11.6.1); this one names our three headers.
    ...(status === 401 && { 'www-authenticate': 'X-Client realm="Keyturn"' }),
    ...(status === 503 && { 'retry-after': '5' }),
    ...(error instanceof TooMany && { 'retry-after': String(error.retryAfter) }),
  };
  const own = error instanceof Refusal && !(error instanceof TooMany || error instanceof Invalid);
  const code = own ? error.code : (codes[status] ?? 'bad_request');
  const message =
    error instanceof Invalid
      ? Object.entries(error.fields)
          .map(([field, text]) => `${field}: ${text}`)
          .join(' ')
      : error instanceof Refusal
        ? error.publicText
        : (messages[status] ?? 'The request cannot be read.');
  return { status, headers, body: { status: 'error', message, code } };
}

export function sendEnvelopeError(reply: FastifyReply, error: unknown): FastifyReply {
  const { status, headers, body } = envelopeError(error);
  return reply.status(status).headers(headers).headers(uncached).send(body);
}
