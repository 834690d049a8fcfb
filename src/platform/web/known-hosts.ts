import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isIP } from 'node:net';
import type { Config } from '../config/config.js';
import { isForMachines } from './machine-errors.js';

/**
 * Pages are answered under our own names alone: a name of somebody else that leads to this address
 * would make our pages part of their site in the eyes of a browser. Programs prove themselves at each
 * call, and nothing of ours reads the name, so they may use any.
 */
export function answerKnownHostsAlone(server: FastifyInstance, config: Config): void {
  const ours = new Set([new URL(config.PUBLIC_URL).hostname, ...config.allowedHosts]);
  server.addHook('onRequest', (request, reply, done) => {
    if (isForMachines(request) || isKnown(request, ours)) return done();
    void reply
      .status(421)
      .type('text/plain; charset=utf-8')
      .send('This service is not known by this name. IT sets PUBLIC_URL or ALLOWED_HOSTS.\n');
  });
}

function isKnown({ headers, host }: FastifyRequest, ours: ReadonlySet<string>): boolean {
  // What a trusted proxy was asked for, where it says so, and what it asks us for.
  return [host, headers.host].some((name) => {
    const plain = nameOf(name ?? '');
    return ours.has(plain) || isOfOwnNetwork(plain);
  });
}

/** Addresses, and names without a dot, which nobody can register. */
function isOfOwnNetwork(name: string): boolean {
  return name !== '' && (isIP(name.replace(/^\[|\]$/g, '')) !== 0 || !name.includes('.'));
}

/** Without the port. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d*$/, '').replace(/\.$/, '');
}
