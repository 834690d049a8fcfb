import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

export interface Posted {
  body: string;
  headers: Record<string, string>;
}

/** Bytes of an answer that are waited for; nobody reads them. */
const enough = 4_096;

/**
 * Posts once and gives the status of the answer, a redirect's as well: none is followed.
 * @param addresses those to connect to, whatever a resolver would say by now; absent: as the system finds them
 * @param signal the end of all patience; a status that has come by then counts
 */
export function exchange(
  url: URL,
  { body, headers }: Posted,
  addresses: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === 'https:' ? https : http;
    const sent = request(url, {
      method: 'POST',
      agent: false,
      signal,
      lookup: addresses && pinned(addresses),
      headers: {
        ...headers,
        'user-agent': 'Keyturn',
        'content-length': Buffer.byteLength(body),
        connection: 'close',
      },
    });
    let status: number | undefined;
    const end = (error: Error) => (status === undefined ? reject(error) : resolve(status));
    sent.on('error', end).on('close', () => end(new Error('closed without an answer')));
    sent.on('response', (response) => {
      status = response.statusCode;
      let left = enough;
      response.on('error', end).on('data', (chunk: Buffer) => {
        left -= chunk.length;
        if (left <= 0) sent.destroy();
      });
    });
    sent.end(body);
  });
}

/** Answers every question about a name with the same addresses. */
function pinned(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, answer) => {
    if (options.all) answer(null, found);
    else answer(null, found[0]!.address, found[0]!.family);
  };
}
