import { BadRequestException } from '@nestjs/common';
import type { IncomingMessage } from 'node:http';
import { parse } from 'secure-json-parse';
import { bodyLimit, bodyOf } from './form-post.js';

const jsonType = /^application\/json(; ?charset=utf-8)?$/i;

/** Is this JSON as programs send it, whole and small? */
export function isJsonPost({ method, headers }: IncomingMessage): boolean {
  return (
    method === 'POST' &&
    jsonType.test(headers['content-type'] ?? '') &&
    Number(headers['content-length'] ?? NaN) <= bodyLimit
  );
}

/**
 * The body as the framework reads it.
 * @throws BadRequestException when it cannot be read; the connection is closed then, as the framework does
 */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const bytes = await bodyOf(request);
  try {
    return parse(bytes.toString(), { protoAction: 'error', constructorAction: 'error' });
  } catch {
    throw new BadRequestException();
  }
}
