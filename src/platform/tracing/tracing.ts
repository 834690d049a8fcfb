import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { FastifyInstance } from 'fastify';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { type Current, current, traceStatements } from './statements.js';

interface Message {
  request: IncomingMessage;
  response: ServerResponse;
  server: Server;
}

/** No trace is worth that a stop waits longer for its collector. */
const exportWithin = 3_000;

/**
 * Sends a span for every request, with one for each of its statements, to a collector (OTLP over HTTP).
 * Loaded only where OTEL_EXPORTER_OTLP_ENDPOINT is set. A span names the route and never the address,
 * and the text of a statement and never its values: both could be keys.
 * @param direct addresses that are answered in front of the framework, which are their own routes
 */
export function startTracing(
  fastify: FastifyInstance,
  endpoint: string,
  direct: ReadonlySet<string>,
): void {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'keyturn' }),
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({
          url: `${endpoint.replace(/\/$/, '')}/v1/traces`,
          timeoutMillis: exportWithin,
        }),
        { exportTimeoutMillis: exportWithin },
      ),
    ],
  });
  const tracer = provider.getTracer('keyturn');
  const spans = new WeakMap<IncomingMessage, Current>();

  // Node's own channels, so that what is answered in front of the framework is seen, too.
  const begin = (message: unknown) => {
    const { request, server } = message as Message;
    if (server !== fastify.server) return;
    const { method, url } = request;
    const span = tracer.startSpan(
      method!,
      { kind: SpanKind.SERVER, attributes: { 'http.request.method': method } },
      callersContext(request),
    );
    if (direct.has(url!)) nameAfter(span, method!, url!);
    const mine = { span, tracer };
    spans.set(request, mine);
    // For all that this request does from here on.
    current.enterWith(mine);
  };
  const finish = (message: unknown) => {
    const { request, response } = message as Message;
    const span = spans.get(request)?.span;
    if (!span) return;
    const { statusCode } = response;
    span.setAttribute('http.response.status_code', statusCode);
    if (statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
  fastify.addHook('onRequest', (request, _reply, done) => {
    const route = request.routeOptions.url;
    const span = spans.get(request.raw)?.span.setAttribute('keyturn.request_id', request.id);
    if (span && route) nameAfter(span, request.method, route);
    done();
  });
  subscribe('http.server.request.start', begin);
  subscribe('http.server.response.finish', finish);
  const untrace = traceStatements();
  fastify.addHook('onClose', async () => {
    unsubscribe('http.server.request.start', begin);
    unsubscribe('http.server.response.finish', finish);
    untrace();
    // A collector that is away is no reason to fail.
    await provider.shutdown().catch(() => undefined);
  });
}

function nameAfter(span: Span, method: string, route: string): void {
  span.updateName(`${method} ${route}`).setAttribute('http.route', route);
}

/** The span of the caller, where it sent one (W3C Trace Context). */
function callersContext({ headers }: IncomingMessage): Context {
  const context = propagator.extract(ROOT_CONTEXT, headers, {
    get: (carrier: IncomingMessage['headers'], key) => carrier[key],
    keys: (carrier: object) => Object.keys(carrier),
  });
  return trace.getSpanContext(context) ? context : ROOT_CONTEXT;
}

const propagator = new W3CTraceContextPropagator();
