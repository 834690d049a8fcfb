import type { Remote } from '../../platform/config/remote.js';
import { answered } from './answer.js';
import { networkFault } from './network-fault.js';

export interface Call {
  query?: Record<string, string | boolean | undefined>;
  /** A text is a file of this type; everything else goes as JSON. */
  body?: object | string;
  type?: string;
}

/** The API of a service elsewhere. */
export class RemoteService {
  private token?: string;

  constructor(private readonly remote: Remote) {}

  /** @throws RangeError with a sentence, RemoteRefusal */
  async json<T>(method: string, path: string, call: Call = {}): Promise<T> {
    const response = await this.ask(method, path, call);
    const text = await this.read(() => response.text());
    return (text === '' ? {} : JSON.parse(text)) as T;
  }

  /** The answer in pieces, as they come. */
  async *pieces(path: string, call: Call): AsyncGenerator<Uint8Array> {
    const { body } = await this.ask('GET', path, call);
    if (!body) return;
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await this.read(() => reader.read());
      if (done) return;
      yield value;
    }
  }

  private async ask(
    method: string,
    path: string,
    { query = {}, body, type }: Call,
  ): Promise<Response> {
    this.token ??= await this.newToken();
    const url = new URL(`/api/v1/${path}`, this.remote.url);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return this.send(url, {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body !== undefined && { 'content-type': type ?? 'application/json' }),
      },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  /** Client ID and secret are form-encoded within the header (RFC 6749 section 2.3.1). */
  private async newToken(): Promise<string> {
    const { url, clientId, clientSecret } = this.remote;
    const pair = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const response = await this.send(new URL('/oauth2/token', url), {
      method: 'POST',
      headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'keyturn' }),
    });
    const { access_token: token } = (await this.read(() => response.json())) as {
      access_token: string;
    };
    return token;
  }

  private async send(url: URL, init: RequestInit): Promise<Response> {
    const response = await this.read(() => fetch(url, { ...init, redirect: 'manual' }));
    return answered(response, this.remote.url);
  }

  private async read<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw networkFault(error, this.remote.url);
    }
  }
}
