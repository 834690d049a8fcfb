import { HttpException, Logger } from '@nestjs/common';
import { unavailable } from '../database/unavailable.js';
import { Refusal } from '../refusals.js';

const logger = new Logger('Errors');

/** The status that an error is answered with. What is not a refusal is a bug, and is logged whole. */
export function statusOf(error: unknown): number {
  if (error instanceof Refusal) return error.status;
  if (error instanceof HttpException) return error.getStatus();
  const { statusCode } = error as { statusCode?: unknown };
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return statusCode;
  if (unavailable(error)) return 503;
  logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 500;
}
