import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { Refusal } from '../refusals.js';

/** What a file may be sent as. */
export const fileTypes: readonly string[] = ['application/yaml', 'text/csv'];

/**
 * Lets addresses below `prefix` take files. A file stays a stream until its handler reads it: who may not
 * come in is told so before anything is kept in memory.
 */
export function takeFiles(fastify: FastifyInstance, prefix: string): void {
  fastify.addContentTypeParser([...fileTypes], (request, payload, done) => {
    if (request.url.startsWith(prefix)) return done(null, payload);
    done(new errorCodes.FST_ERR_CTP_INVALID_MEDIA_TYPE());
  });
}

/** @throws Refusal 413 with `tooLarge`, as soon as there are more than `most` bytes */
export async function readFileBody(
  { body }: FastifyRequest,
  most: number,
  tooLarge: string,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  if (!(body instanceof Readable)) return Buffer.alloc(0);
  for await (const piece of body as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new Refusal(413, 'too_large', tooLarge);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
