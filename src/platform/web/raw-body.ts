import { errorCodes, type FastifyRequest, type RouteOptions } from 'fastify';
import { Readable } from 'node:stream';

/**
 * Keeps the body of a route as it came, for a signature over its very bytes. The framework parses nothing
 * of it: what is not signed is not read.
 * @param most bytes; more are refused with 413 before they are kept
 */
export function keepRawBody(route: RouteOptions, most: number): void {
  route.bodyLimit = most;
  route.preParsing = async (request: FastifyRequest, _reply: unknown, payload: Readable) => {
    request.rawBody = await read(payload, most);
    // In its place something that every parser takes, with the length that was announced.
    const empty = Readable.from([Buffer.from('null')]);
    return Object.assign(empty, { receivedEncodedLength: request.rawBody.length });
  };
}

async function read(payload: Readable, most: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of payload as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it came, where the route asks for it. */
    rawBody?: Buffer;
  }
}
