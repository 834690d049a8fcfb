import type { FastifyRequest } from 'fastify';

/** Where a request comes from: the client's address (behind trusted proxies only) and its browser. */
export function originOf(request: FastifyRequest): { address: string; agent: string } {
  return { address: request.ip, agent: request.headers['user-agent'] ?? '' };
}
