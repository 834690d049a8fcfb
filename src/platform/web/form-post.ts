import { BadRequestException } from '@nestjs/common';
import { parse } from 'fast-querystring';
import type { IncomingMessage } from 'node:http';

/** The largest form of ours has a few hundred characters. */
export const bodyLimit = 64 * 1024;

const formType = /^application\/x-www-form-urlencoded(; ?charset=utf-8)?$/i;

/** Is this a form as programs send it, whole and small? */
export function isFormPost({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    formType.test(headers['content-type'] ?? '') &&
    Number(headers['content-length'] ?? NaN) <= bodyLimit
  );
}

/**
 * The fields of a form as the framework reads them.
 * @throws Error when it cannot be read; the connection must be closed then, since more may come
 */
export async function formOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const form = parse((await bodyOf(request)).toString()) as Record<string, unknown>;
  if ('__proto__' in form) throw new BadRequestException();
  return form;
}

/** @throws Error when the client is gone */
export function bodyOf(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    // The client is gone.
    request.on('error', () => reject(new BadRequestException()));
  });
}
