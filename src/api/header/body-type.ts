import { HttpException } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** JSON, or a form as some programs send it; a call without a body says nothing. @throws HttpException 415 */
export function checkBodyType({ headers, body }: FastifyRequest): void {
  if (body === undefined || body === null) return;
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const known = type === 'application/json' || type === 'application/x-www-form-urlencoded';
  if (!known) throw new HttpException('', 415);
}
