import proxyAddr from '@fastify/proxy-addr';
import type { FastifyBaseLogger } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Config } from '../config/config.js';
import { formOf, isFormPost } from './form-post.js';
import { machineError, uncached } from './machine-errors.js';
import { isTold, logOfMachine } from './request-log.js';
import { machineHeaders } from './security-headers.js';

/** A form that a program posted. */
export interface FormPost {
  form: Record<string, unknown>;
  authorization?: string;
  /** Where it comes from, behind the trusted proxies. */
  address: string;
}

export interface DirectAnswer {
  body: object;
  headers?: Record<string, string>;
}

export type DirectRoute = (post: FormPost) => Promise<DirectAnswer>;

export interface Surroundings {
  config: Config;
  log: FastifyBaseLogger;
  /** Whether each answer is the last of its connection. */
  isStopping: () => boolean;
}

/**
 * Answers the few addresses that are asked thousands of times a second in front of the framework,
 * whose way costs as much as all they do (docs/adr/0086). Only forms as programs send them are taken;
 * everything else goes to the framework, which has the same routes and gives the same answers.
 * @param routes by their exact address
 */
export function answerDirectly(
  server: Server,
  routes: ReadonlyMap<string, DirectRoute>,
  surroundings: Surroundings,
): void {
  const direct = new Direct(surroundings);
  const framework = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    dropUnreadableHops(request.headers);
    const route = routes.get(request.url!);
    if (route && isFormPost(request)) void direct.answer(request, response, route);
    else for (const each of framework) each.call(server, request, response);
  });
}

interface Told extends DirectAnswer {
  status: number;
  /** Nothing more is read from this connection. */
  isLast?: boolean;
}

class Direct {
  /** Of every answer: name, value, name, value and so on, as Node takes them fastest. */
  private readonly headers: string[];
  private readonly addressOf: (request: IncomingMessage) => string;

  constructor(private readonly surroundings: Surroundings) {
    this.headers = Object.entries({
      ...machineHeaders(surroundings.config),
      ...uncached,
      'content-type': 'application/json; charset=utf-8',
    }).flat();
    this.addressOf = addressReader(surroundings.config.trustedProxies);
  }

  async answer(
    request: IncomingMessage,
    response: ServerResponse,
    route: DirectRoute,
  ): Promise<void> {
    const startedAt = performance.now();
    this.send(response, await this.answerOf(request, route));
    this.log(request, response, startedAt);
  }

  private async answerOf(request: IncomingMessage, route: DirectRoute): Promise<Told> {
    let readable = false;
    try {
      const address = this.addressOf(request);
      const form = await formOf(request);
      readable = true;
      const { authorization } = request.headers;
      const { body, headers } = await route({ form, authorization, address });
      return { status: 200, body, headers };
    } catch (error) {
      return { ...machineError(error), isLast: !readable };
    }
  }

  private send(response: ServerResponse, { status, body, headers: more, isLast }: Told): void {
    const text = JSON.stringify(body);
    const headers = [...this.headers, 'content-length', String(Buffer.byteLength(text))];
    if (more) headers.push(...Object.entries(more).flat());
    if (isLast || this.surroundings.isStopping()) headers.push('connection', 'close');
    response.writeHead(status, headers);
    response.end(text);
  }

  private log(request: IncomingMessage, response: ServerResponse, startedAt: number): void {
    const { log } = this.surroundings;
    const { method, url } = request;
    if (!isTold(log, response)) return;
    logOfMachine(log, {
      req: { id: randomUUID(), method, routeOptions: { url } },
      res: response,
      took: performance.now() - startedAt,
    });
  }
}

/** An address, perhaps with a port or a zone, or `unknown`. */
const hop = /^[\w.:%[\]-]{0,64}$/;

/**
 * Of `X-Forwarded-For` what stands left of anything that cannot be an address, with it: addresses are
 * kept and counted, and a text that is too long for an index would stop that for everybody.
 */
function dropUnreadableHops(headers: IncomingMessage['headers']): void {
  const told = headers['x-forwarded-for'];
  if (typeof told !== 'string') return;
  const hops = told.split(',').map((each) => each.trim());
  const bad = hops.findLastIndex((each) => !hop.test(each));
  if (bad >= 0) headers['x-forwarded-for'] = hops.slice(bad + 1).join(', ');
}

/** As the framework finds it. */
function addressReader(trusted: string[]): (request: IncomingMessage) => string {
  if (trusted.length === 0) return ({ socket }) => socket.remoteAddress ?? '';
  const trust = proxyAddr.compile(trusted);
  return (request) => proxyAddr(request, trust);
}
