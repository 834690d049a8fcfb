import type { LoggerService } from '@nestjs/common';
import { type Logger as Pino, pino } from 'pino';
import type { Config } from './config/config.js';

interface LoggedRequest {
  id: string;
  method: string;
  routeOptions?: { url?: string };
  /** The id of the user or application, where it proved who it is. */
  who?: string;
  /** The code of the refusal. */
  refused?: string;
}

/**
 * Of a request only method, route pattern, who sent it and why it was refused are written, never its
 * address, since an address can carry a token.
 */
export const serializers = {
  req: ({ id, method, routeOptions, who, refused }: LoggedRequest) => ({
    id,
    method,
    route: routeOptions?.url,
    who,
    refused,
  }),
  res: (reply: { statusCode: number }) => ({ status: reply.statusCode }),
  err: (error: Error & { code?: unknown }) => ({
    type: error.name,
    code: error.code,
    stack: error.stack,
  }),
};

/**
 * One JSON line per event on standard error; standard output belongs to what a command answers.
 */
export function buildLog(config: Config): Pino {
  return pino(
    { level: config.LOG_LEVEL, base: undefined, serializers },
    pino.destination({ dest: 2, sync: true }),
  );
}

/** Lets Nest write into the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly pino: Pino) {}

  log = (message: unknown, context?: string) => this.pino.debug({ context }, String(message));
  error = (message: unknown, ...rest: unknown[]) =>
    this.pino.error({ context: rest.at(-1) }, String(message));
  warn = (message: unknown, context?: string) => this.pino.warn({ context }, String(message));
  debug = (message: unknown, context?: string) => this.pino.debug({ context }, String(message));
  verbose = (message: unknown, context?: string) => this.pino.trace({ context }, String(message));
}
