import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';

interface Message {
  request: IncomingMessage;
  response: ServerResponse;
  server: Server;
}

/** Which part of the service a request was for; addresses themselves can be keys. */
export type Area = 'token' | 'introspect' | 'oauth' | 'api' | 'assets' | 'monitoring' | 'page';

/**
 * Tells about every answer of this server, also of those in front of the framework, until it is closed.
 * Node itself says when a request came and when its answer had left; nobody listening costs nothing.
 */
export function watchAnswers(
  server: Server,
  told: (area: Area, status: number, seconds: number) => void,
): void {
  const begun = new WeakMap<IncomingMessage, number>();
  const begin = (message: unknown) => {
    const { server: asked, request } = message as Message;
    if (asked === server) begun.set(request, performance.now());
  };
  const finish = (message: unknown) => {
    const { request, response } = message as Message;
    const at = begun.get(request);
    if (at === undefined) return;
    told(areaOf(request.url ?? ''), response.statusCode, (performance.now() - at) / 1_000);
  };
  subscribe('http.server.request.start', begin);
  subscribe('http.server.response.finish', finish);
  server.once('close', () => {
    unsubscribe('http.server.request.start', begin);
    unsubscribe('http.server.response.finish', finish);
  });
}

const areas: [RegExp, Area][] = [
  [/^\/oauth2\/token(\?|$)/, 'token'],
  [/^\/oauth2\/introspect(\?|$)/, 'introspect'],
  [/^\/(oauth2|\.well-known)\//, 'oauth'],
  [/^\/api\//, 'api'],
  [/^\/assets\//, 'assets'],
  [/^\/(health\/|metrics)/, 'monitoring'],
];

function areaOf(url: string): Area {
  return areas.find(([pattern]) => pattern.test(url))?.[1] ?? 'page';
}
