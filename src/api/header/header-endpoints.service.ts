import { Injectable } from '@nestjs/common';
import {
  HeaderCheck,
  type HeaderCall,
  type HeaderClient,
} from '../../domains/header-check.service.js';
import { headerQuestion } from '../../domains/header-question.js';
import { Refusal, TooMany } from '../../platform/refusals.js';
import { success } from '../../platform/web/envelope.js';
import type { DomainReason } from '../../secrets/secret-use.entity.js';
import type { Identity } from '../../sign-token/identity.js';
import { LoginRequests } from '../../sign-token/login-requests.service.js';
import { subjectIn, Userinfo } from '../../sign-token/userinfo.service.js';
import { CallLimit } from '../../usage/call-limit.service.js';
import { rateLimitHeaders } from '../../usage/rate-limit-headers.js';
import { Usage } from '../../usage/usage.service.js';

/** A call with its three headers, as either way of the server reads it. */
export interface HeaderPost {
  headers: Record<string, string | string[] | undefined>;
  /** What the body says: the fields of an object, or nothing. */
  body: unknown;
  /** Where it comes from, and whether by https, as far as trusted proxies say. */
  address: string;
  secure: boolean;
  /** Takes headers for the answer, whichever it will be. */
  tell: (headers: Record<string, string>) => void;
}

export type HeaderRoute = 'sign-token' | 'sign-token-verify' | 'get/user/info';

/**
 * The routes of header authentication, each as its checks in their order: the body has been read (1), then
 * who calls from where (2 to 10), how often (11), the fields (12), and what the route is about (13 to 16).
 * Credentials in the body are not looked at.
 */
@Injectable()
export class HeaderEndpoints {
  constructor(
    private readonly check: HeaderCheck,
    private readonly logins: LoginRequests,
    private readonly userinfo: Userinfo,
    private readonly usage: Usage,
    private readonly limit: CallLimit,
  ) {}

  async signToken(post: HeaderPost) {
    const { redirect_url: redirectUrl } = fieldsIn(post.body);
    const client = await this.check.admit(callIn(post, 'login', redirectUrl), plain);
    this.count(client, 'sign-token', post);
    const address = neededText(redirectUrl, 'redirect_url');
    const started = await this.logins.start(client, address);
    if (!started) throw this.refused(client, 'redirect_not_registered');
    const { token, expiresAt, url } = started;
    return success('Send the browser to the URL.', {
      ...{ client_id: client.clientId, token, expires_at: expiresAt.toISOString(), url },
    });
  }

  async signTokenVerify(post: HeaderPost) {
    const client = await this.check.admit(callIn(post, 'login'), plain);
    this.count(client, 'sign-token-verify', post);
    const token = neededText(fieldsIn(post.body).token, 'token');
    const identity = this.known(client, await this.logins.collect(client, token));
    return success('The user has signed in.', identity);
  }

  async userInfo(post: HeaderPost) {
    const { sub } = fieldsIn(post.body);
    const client = await this.userinfo.admit(callIn(post, 'api'), sub);
    this.count(client, 'get/user/info', post);
    if (subjectIn(sub) === null) {
      throw invalid('sub: send the user’s sub, a whole number.');
    }
    return success('Here is the user.', {
      user: this.known(client, this.userinfo.read(client)),
    });
  }

  /** Check 11; the call is counted by application, domain and route, whatever comes after. @throws TooMany */
  private count(client: HeaderClient, route: HeaderRoute, { tell }: HeaderPost): void {
    const room = this.limit.take(client.applicationId);
    tell(rateLimitHeaders(room));
    if (room.full) throw new TooMany(room.ends, 'This application calls too often. Wait a little.');
    const { applicationId, domain, at } = client;
    this.usage.note({ applicationId, domain, route, at });
  }

  private known(client: HeaderClient, found: Identity | DomainReason): Identity {
    if (typeof found === 'string') throw this.refused(client, found);
    return found;
  }

  private refused(client: HeaderClient, reason: DomainReason): Refusal {
    return this.check.refused(client, reason, client.address);
  }
}

const plain = headerQuestion('plain');

function callIn(
  { headers, address, secure }: HeaderPost,
  kind: HeaderCall['kind'],
  redirectUrl?: unknown,
): HeaderCall {
  return {
    clientId: headerIn(headers, 'x-client-id'),
    secret: headerIn(headers, 'x-client-secret'),
    domain: headerIn(headers, 'x-client-domain'),
    ...{ kind, address, secure, redirectUrl },
  };
}

function headerIn(headers: HeaderPost['headers'], name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value.trim() || undefined : undefined;
}

/** Unknown fields are left alone: programs send more than a route needs. */
function fieldsIn(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function neededText(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw invalid(`${name}: send it as text.`);
}

function invalid(message: string): Refusal {
  return new Refusal(422, 'validation_failed', message);
}
