import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { isForMachines } from './machine-errors.js';

/** What was asked and answered, for the serializers of the log. */
interface Completed {
  req: object;
  res: { statusCode: number };
  /** Milliseconds. */
  took: number;
  error?: Error | null;
}

/**
 * One line per answered request, by its route and never by its address. What a program was given
 * as it asked is told at `debug` alone: there are thousands a second, and the use of each secret is
 * counted elsewhere.
 */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const { log, elapsedTime: took } = reply;
    const completed = { req: request, res: reply, took, error };
    if (isForMachines(request)) logOfMachine(log, completed);
    else logOf(log, completed);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** For the log: the id of the user or application, where it proved who it is. */
    who?: string;
    /** For the log: the code of the refusal. */
    refused?: string;
  }
}

/** The same for a program. */
export function logOfMachine(log: FastifyBaseLogger, completed: Completed): void {
  if (completed.error || completed.res.statusCode >= 400) logOf(log, completed);
  else if (isTold(log, completed.res)) logOf(log, completed, 'debug');
}

/** Is there a line about what a program was answered? */
export function isTold({ level }: FastifyBaseLogger, { statusCode }: Completed['res']): boolean {
  return statusCode >= 400 || level === 'debug' || level === 'trace';
}

function logOf(
  log: FastifyBaseLogger,
  { req, res, took, error }: Completed,
  level: 'info' | 'debug' = 'info',
): void {
  const line = { req, res, responseTime: Math.round(took), ...(error && { err: error }) };
  if (error) log.error(line, 'request errored');
  else log[level](line, 'request completed');
}
