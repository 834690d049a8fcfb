import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import fastifyStatic from '@fastify/static';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { AppModule } from './app.module.js';
import type { Config } from './platform/config/config.js';
import { buildLog, NestLog } from './platform/log.js';
import type { Platform } from './platform/platform.module.js';
import { templatesFolder } from './platform/project-root.js';

/** The largest form of ours has a few hundred characters. */
const bodyLimit = 64 * 1024;

/** Builds the server, complete but not yet listening; used by `main` and by the tests. */
export async function createApp(platform: Platform): Promise<NestFastifyApplication> {
  const { config } = platform;
  const log = buildLog(config);
  const adapter = new FastifyAdapter({
    bodyLimit,
    trustProxy: config.trustedProxies.length > 0 ? config.trustedProxies : false,
    loggerInstance: log,
    genReqId: () => randomUUID(),
    // An address that cannot be decoded reaches no route and no filter.
    frameworkErrors: (_error: Error, _request: FastifyRequest, reply: FastifyReply) => {
      void reply
        .status(400)
        .type('text/plain; charset=utf-8')
        .send('This address cannot be read.\n');
    },
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 100, ignoreTrailingSlash: true },
    // While it stops, requests on open connections are still answered, each as the last of its connection.
    return503OnClosing: false,
  });
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(platform), adapter, {
    logger: new NestLog(log),
    abortOnError: false,
  });
  await configure(app, config);
  return app;
}

async function configure(app: NestFastifyApplication, config: Config): Promise<void> {
  await app.register(cookie);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        frameSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    originAgentCluster: false,
    // Same-origin, so that a form posted after the session's end can lead back to its page.
    referrerPolicy: { policy: 'same-origin' },
    hsts: config.PUBLIC_URL.startsWith('https:') && { maxAge: 31_536_000 },
  });
  await app.register(fastifyStatic, {
    root: join(templatesFolder, 'assets'),
    prefix: '/assets/',
    decorateReply: false,
    maxAge: '1h',
  });
}
