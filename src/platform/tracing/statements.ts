import {
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';
import pg from 'pg';

export interface Current {
  span: Span;
  tracer: Tracer;
}

/** The request that is worked for. */
export const current = new AsyncLocalStorage<Current>();

type Query = (...args: unknown[]) => unknown;
type Callback = (error: unknown, ...rest: unknown[]) => void;

const prototype = pg.Client.prototype as unknown as { query: Query };
const untraced = prototype.query;
let users = 0;

/**
 * From now on statements that a traced request sends have spans.
 * @returns how to end that
 */
export function traceStatements(): () => void {
  if ((users += 1) === 1) prototype.query = traced;
  return () => {
    if ((users -= 1) === 0) prototype.query = untraced;
  };
}

function traced(this: pg.Client, ...args: unknown[]): unknown {
  const parent = current.getStore();
  const text = textOf(args[0]);
  if (!parent || text === undefined) return untraced.apply(this, args);
  const operation = /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? 'SQL';
  const span = parent.tracer.startSpan(
    operation,
    {
      kind: SpanKind.CLIENT,
      attributes: { 'db.system.name': 'postgresql', 'db.query.text': text.slice(0, 2_000) },
    },
    trace.setSpan(ROOT_CONTEXT, parent.span),
  );
  const end = (error?: unknown) => {
    if (error) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
  // The client takes a callback as its last argument, or in a query that is an object; else it promises.
  const last = args.at(-1);
  if (typeof last === 'function') args[args.length - 1] = ending(last as Callback, end);
  const own = args[0] as { callback?: Callback };
  if (typeof own === 'object' && own.callback) own.callback = ending(own.callback, end);
  const result = untraced.apply(this, args);
  if (result instanceof Promise) result.then(() => end(), end);
  return result;
}

function ending(callback: Callback, end: (error: unknown) => void): Callback {
  return function (this: unknown, error, ...rest) {
    end(error);
    callback.call(this, error, ...rest);
  };
}

function textOf(query: unknown): string | undefined {
  const text = typeof query === 'object' && query ? (query as { text?: unknown }).text : query;
  return typeof text === 'string' ? text : undefined;
}
