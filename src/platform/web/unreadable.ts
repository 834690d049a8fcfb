import type { FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Config } from '../config/config.js';
import { Refusal } from '../refusals.js';
import { isEnveloped, sendEnvelopeError } from './envelope.js';
import { uncached } from './machine-errors.js';
import { machineHeaders } from './security-headers.js';

/** Statuses of what Node cannot read; everything else is a broken request. */
const statuses: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
};

/** Answers to what never becomes a request: they reach no route, no hook and no filter. */
export function unreadable(config: Config) {
  const headers: Record<string, string> = { ...machineHeaders(config), ...uncached };
  const type = 'text/plain; charset=utf-8';
  return {
    /** An address that cannot be decoded. */
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const text = 'This address cannot be read.';
      void reply.headers(headers);
      if (isEnveloped(request)) {
        return void sendEnvelopeError(reply, new Refusal(400, 'bad_request', text));
      }
      void reply.status(400).type(type).send(`${text}\n`);
    },
    /** What is no HTTP, too slow, or has too long a head. */
    clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      const status = statuses[error.code ?? ''] ?? 400;
      const text = 'This request cannot be read.\n';
      const lines = Object.entries({
        ...headers,
        'content-type': type,
        'content-length': String(text.length),
        connection: 'close',
      }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${text}`);
    },
  };
}
