import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { isForMachines } from './machine-errors.js';

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
    const { log } = reply;
    const quiet = !error && reply.statusCode < 400 && isForMachines(request);
    if (quiet && log.level !== 'debug' && log.level !== 'trace') return;
    const responseTime = Math.round(reply.elapsedTime);
    const line = { req: request, res: reply, responseTime, ...(error && { err: error }) };
    if (error) log.error(line, 'request errored');
    else log[quiet ? 'debug' : 'info'](line, 'request completed');
  }
}
