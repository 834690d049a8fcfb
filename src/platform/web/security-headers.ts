import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Config } from '../config/config.js';
import { isForMachines } from './machine-errors.js';

type Headers = Record<string, string>;

/**
 * Puts the security headers on every answer. They never change while the service runs, so helmet is
 * asked once and not for every request.
 */
export function addSecurityHeaders(server: FastifyInstance, config: Config): void {
  const pages = headersOf({ ...forPages, hsts: hsts(config) });
  const machines = machineHeaders(config);
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(isForMachines(request) ? machines : pages);
    done();
  });
}

/** Those of an answer for a program. */
export function machineHeaders(config: Config): Headers {
  return headersOf({ ...forMachines, hsts: hsts(config) });
}

function hsts({ PUBLIC_URL }: Config) {
  return PUBLIC_URL.startsWith('https:') && { maxAge: 31_536_000 };
}

type Options = NonNullable<Parameters<typeof helmet>[0]>;

const forPages = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      frameSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
      // Our script makes neither HTML nor code from text; where browsers know this, nothing can.
      requireTrustedTypesFor: ["'script'"],
      trustedTypes: ["'none'"],
    },
  },
  originAgentCluster: false,
  // Same-origin, so that a form posted after the session's end can lead back to its page.
  referrerPolicy: { policy: 'same-origin' },
} satisfies Options;

/** What is left of it for JSON, which loads nothing, links nowhere and has no window. */
const forMachines = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      objectSrc: ["'none'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  referrerPolicy: false,
  xDnsPrefetchControl: false,
  xDownloadOptions: false,
  xPermittedCrossDomainPolicies: false,
  xXssProtection: false,
} satisfies Options;

function headersOf(options: Options): Headers {
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  helmet(options)(request, response, (error?: unknown) => {
    if (error) throw error as Error;
  });
  return response.getHeaders() as Headers;
}
