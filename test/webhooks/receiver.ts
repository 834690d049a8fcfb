import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A system that takes webhooks: keeps what came, and answers as it is told. */
export class Receiver {
  received: Received[] = [];
  status: number | ((got: Received, response: ServerResponse) => void) = 204;
  private readonly server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const got = { path: request.url!, headers: request.headers, body };
      this.received.push(got);
      if (typeof this.status === 'number') response.writeHead(this.status).end('not to be read');
      else this.status(got, response);
    });
  });

  async open(): Promise<this> {
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  url(path = '/keyturn'): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}${path}`;
  }

  /** What came since the last time, in the order of its coming. */
  take(): Received[] {
    return this.received.splice(0);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

/** By another's implementation of the standard. @throws for a signature of somebody else */
export function verified({ body, headers }: Received, secret: string): Record<string, unknown> {
  // It compares the time with this machine's; ours is that of the test.
  const real = Date.now;
  Date.now = () => Number(headers['webhook-timestamp']) * 1000;
  try {
    return new Webhook(secret).verify(body, headers as Record<string, string>) as never;
  } finally {
    Date.now = real;
  }
}
