import proxyAddr from '@fastify/proxy-addr';
import type { FastifyBaseLogger } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Config } from '../config/config.js';
import { envelopeError } from './envelope.js';
import { formOf, isFormPost } from './form-post.js';
import { isJsonPost, jsonOf } from './json-post.js';
import { machineError, uncached } from './machine-errors.js';
import { remembered } from '../remembered.js';
import { isTold, logOfMachine } from './request-log.js';
import { machineHeaders } from './security-headers.js';

/** Where a request comes from, behind the trusted proxies. */
export interface Origin {
  address: string;
  /** By https. */
  secure: boolean;
}

export interface DirectAnswer {
  body: object;
  headers?: Record<string, string>;
}

interface Failure extends DirectAnswer {
  status: number;
}

/** A route in front of the framework: `formRoute` and `jsonRoute` make them. */
export interface DirectRoute {
  /** Whether the request is one that it reads; others go to the framework. */
  takes(request: IncomingMessage): boolean;
  /** @throws Error when the body cannot be read to its end: more may come */
  read(request: IncomingMessage): Promise<unknown>;
  /** @param tell takes headers of the answer, also of one that is refused afterwards */
  answer(
    read: unknown,
    request: IncomingMessage,
    origin: Origin,
    tell: (headers: Record<string, string>) => void,
  ): Promise<DirectAnswer>;
  failure(error: unknown): Failure;
}

/** A form that a program posted. */
export interface FormPost {
  form: Record<string, unknown>;
  authorization?: string;
  /** Where it comes from, behind the trusted proxies. */
  address: string;
}

/** Errors as RFC 6749 has them. */
export function formRoute(work: (post: FormPost) => Promise<DirectAnswer>): DirectRoute {
  return {
    takes: isFormPost,
    read: formOf,
    answer: (form, { headers: { authorization } }, { address }) =>
      work({ form: form as FormPost['form'], authorization, address }),
    failure: machineError,
  };
}

/** JSON that a program posted. */
export interface JsonPost extends Origin {
  body: unknown;
  headers: IncomingMessage['headers'];
  /** Takes headers of the answer, also of one that is refused afterwards. */
  tell: (headers: Record<string, string>) => void;
}

/** Errors in the envelope of the header API. */
export function jsonRoute(work: (post: JsonPost) => Promise<DirectAnswer['body']>): DirectRoute {
  return {
    takes: isJsonPost,
    read: jsonOf,
    answer: async (body, { headers }, origin, tell) => ({
      body: await work({ body, headers, tell, ...origin }),
    }),
    failure: envelopeError,
  };
}

export interface Surroundings {
  config: Config;
  log: FastifyBaseLogger;
  /** Whether each answer is the last of its connection. */
  isStopping: () => boolean;
}

/**
 * Answers the few addresses that are asked thousands of times a second in front of the framework,
 * whose way costs as much as all they do (docs/adr/0086). Only bodies as programs send them are taken;
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
    if (route?.takes(request)) void direct.answer(request, response, route);
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
  private readonly originOf: (request: IncomingMessage) => Origin;

  constructor(private readonly surroundings: Surroundings) {
    this.headers = Object.entries({
      ...machineHeaders(surroundings.config),
      ...uncached,
      'content-type': 'application/json; charset=utf-8',
    }).flat();
    this.originOf = originReader(surroundings.config.trustedProxies);
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
    let told: Record<string, string> | undefined;
    const tell = (more: Record<string, string>) => {
      told = more;
    };
    try {
      const origin = this.originOf(request);
      const read = await route.read(request);
      readable = true;
      const { body, headers } = await route.answer(read, request, origin, tell);
      return { status: 200, body, headers: headers ?? told };
    } catch (error) {
      const failure = route.failure(error);
      return { ...failure, headers: { ...told, ...failure.headers }, isLast: !readable };
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
function originReader(trusted: string[]): (request: IncomingMessage) => Origin {
  const encrypted = ({ socket }: IncomingMessage) => (socket as TLSSocket).encrypted === true;
  if (trusted.length === 0) {
    return (request) => ({
      address: request.socket.remoteAddress ?? '',
      secure: encrypted(request),
    });
  }
  const judge = proxyAddr.compile(trusted);
  const trust = remembered((address) => judge(address, 0));
  return (request) => {
    const { remoteAddress = '' } = request.socket;
    const told = request.headers['x-forwarded-proto'];
    const believed = typeof told === 'string' && told !== '' && trust(remoteAddress);
    const secure = believed
      ? told.slice(told.lastIndexOf(',') + 1).trim() === 'https'
      : encrypted(request);
    return { address: proxyAddr(request, trust), secure };
  };
}
