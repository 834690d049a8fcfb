import type { FastifyInstance, FastifyReply } from 'fastify';
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
  const closed = headersOf({ ...forPages, ...untold, hsts: hsts(config) });
  closed['cache-control'] = 'no-store';
  const machines = machineHeaders(config);
  server.addHook('onRequest', (request, reply, done) => {
    const forPerson = tellsSomething.test(request.url) ? closed : pages;
    reply.headers(isForMachines(request) ? machines : forPerson);
    done();
  });
}

/** Addresses that lead on to other services, and hold what is nobody else's business. */
const tellsSomething = /^\/sign-in-to\//;

/**
 * Lets the forms of this one page end at other services: a browser follows a redirect after a form only
 * where the page of the form allows it.
 */
export function letFormsLeadTo(reply: FastifyReply, addresses: readonly string[]): void {
  const name = 'content-security-policy';
  const origins = addresses.map((address) => new URL(address).origin).filter(isPlain);
  const allowed = ["form-action 'self'", ...new Set(origins)].join(' ');
  reply.header(name, String(reply.getHeader(name)).replace("form-action 'self'", allowed));
}

/** Nothing in it means anything to the policy that it stands in. */
const isPlain = (origin: string) => /^https?:\/\/[\w.-]+(:\d+)?$/.test(origin);

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

const untold = { referrerPolicy: { policy: 'no-referrer' } } satisfies Options;

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
