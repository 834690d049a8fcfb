import cookie from '@fastify/cookie';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { HeaderEndpoints } from './api/header/header-endpoints.service.js';
import { OAuthEndpoints } from './api/oauth-endpoints.service.js';
import { AppModule } from './app.module.js';
import { buildLog, NestLog } from './platform/log.js';
import type { Platform } from './platform/platform.module.js';
import { templatesFolder } from './platform/project-root.js';
import {
  answerDirectly,
  type DirectRoute,
  formRoute,
  jsonRoute,
  type Surroundings,
} from './platform/web/direct.js';
import { takeFiles } from './platform/web/file-body.js';
import { keepRawBody } from './platform/web/raw-body.js';
import { takeUploads, uploadLimit } from './platform/web/form-upload.js';
import { bodyLimit } from './platform/web/form-post.js';
import { answerKnownHostsAlone } from './platform/web/known-hosts.js';
import { RequestLog } from './platform/web/request-log.js';
import { addSecurityHeaders } from './platform/web/security-headers.js';
import { unreadable } from './platform/web/unreadable.js';

/** A pasted file, whose characters an address-like form writes with up to three each. */
const fileLimit = 2 * 1024 * 1024;

/** A thousand values, each with the address where it was found. */
const reportLimit = 1024 * 1024;

/** A request that has not come whole by then is cut off, so that nobody keeps us waiting for the rest. */
const requestWithin = 30_000;

/** How often Node looks for such requests; its own thirty seconds would double the time. */
const lookEvery = 1_000;

/** For what is under way when the service is told to stop. */
const endWithin = 10_000;

/** Answered in front of the framework, and therefore their own names in a trace. */
const busy = new Set([
  '/oauth2/token',
  '/oauth2/introspect',
  '/api/sign-token',
  '/api/sign-token-verify',
  '/api/get/user/info',
]);

/** Builds the server, complete but not yet listening; used by `main` and by the tests. */
export async function createApp(platform: Platform): Promise<NestFastifyApplication> {
  const { config } = platform;
  const log = buildLog(config);
  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    loggerInstance: log,
    logController: new RequestLog(),
    // Each line carries the request's id itself; a logger for each request would cost more.
    childLoggerFactory: (logger: FastifyBaseLogger) => logger,
    genReqId: () => randomUUID(),
    ...unreadable(config),
    requestTimeout: requestWithin,
    http: { headersTimeout: requestWithin, connectionsCheckingInterval: lookEvery },
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: true },
    // While it stops, requests on open connections are still answered, each as the last of its connection.
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(platform), adapter, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  addSecurityHeaders(app.getHttpAdapter().getInstance(), config);
  answerKnownHostsAlone(app.getHttpAdapter().getInstance(), config);
  const isStopping = closeConnectionsAtTheEnd(app.getHttpAdapter().getInstance());
  if (config.OTEL_EXPORTER_OTLP_ENDPOINT) {
    // Loaded for those who want it alone.
    const { startTracing } = await import('./platform/tracing/tracing.js');
    startTracing(app.getHttpAdapter().getInstance(), config.OTEL_EXPORTER_OTLP_ENDPOINT, busy);
  }
  await configure(app);
  answerBusyAddresses(app, { config, log, isStopping });
  return app;
}

function answerBusyAddresses(app: NestFastifyApplication, surroundings: Surroundings): void {
  const endpoints = app.get(OAuthEndpoints, { strict: false });
  const routes = new Map<string, DirectRoute>([
    ['/oauth2/token', formRoute((post) => endpoints.token(post))],
    ['/oauth2/introspect', formRoute((post) => endpoints.introspect(post))],
  ]);
  if (surroundings.config.DOMAINS === 'on') {
    const header = app.get(HeaderEndpoints, { strict: false });
    routes.set(
      '/api/sign-token',
      jsonRoute((post) => header.signToken(post)),
    );
    routes.set(
      '/api/sign-token-verify',
      jsonRoute((post) => header.signTokenVerify(post)),
    );
    routes.set(
      '/api/get/user/info',
      jsonRoute((post) => header.userInfo(post)),
    );
  }
  answerDirectly(app.getHttpServer(), routes, surroundings);
}

/**
 * Fastify says so to requests that come while it stops; here also to those that are in work by then.
 * @returns whether it stops
 */
function closeConnectionsAtTheEnd(fastify: FastifyInstance): () => boolean {
  let stopping = false;
  fastify.addHook('preClose', (done) => {
    stopping = true;
    // As Node stops listening, its own time limits end: one open connection could hold us for ever.
    setTimeout(() => fastify.server.closeAllConnections(), endWithin).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (stopping) void reply.header('connection', 'close');
    done();
  });
  return () => stopping;
}

async function configure(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    if (route.url.startsWith('/admin/provisioning')) route.bodyLimit = fileLimit;
    if (route.url === '/api/v1/leaks') keepRawBody(route, reportLimit);
    if (route.url.endsWith('/domains/:domain/logo')) route.bodyLimit = uploadLimit;
  });
  takeFiles(fastify, '/api/v1/provisioning/');
  takeUploads(fastify, /^\/manage-api-credentials\/[^/]+\/domains\/[^/]+\/logo$/);
  await app.register(cookie);
  await app.register(fastifyStatic, {
    root: join(templatesFolder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    maxAge: '1h',
  });
}
