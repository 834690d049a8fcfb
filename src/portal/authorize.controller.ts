import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pageOf } from '../authentication/guard.js';
import { Public } from '../authentication/marks.js';
import {
  type AuthorizationError,
  type AuthorizationRequest,
  judge,
  problemOfSession,
  stateIn,
} from '../authorization-code/authorization-request.js';
import {
  Authorizations,
  type ClientAddress,
} from '../authorization-code/authorizations.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { Refusal } from '../platform/refusals.js';
import { longestNext } from '../platform/web/next.js';
import { withParameters } from '../sign-token/sign-in-token.js';

/**
 * Where applications send browsers for a code (RFC 6749 section 4.1.1). Open to everyone, so that what is
 * wrong with a request is told before anybody signs in for it; whoever goes on has signed in with both factors.
 */
@Controller('oauth2')
export class AuthorizeController {
  constructor(
    private readonly authorizations: Authorizations,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Public()
  @Get('authorize')
  async authorize(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const asked = request.query as Record<string, unknown>;
    const { client_id: clientId, redirect_uri: redirectUri } = asked;
    const client = await this.authorizations.clientAt(clientId, redirectUri);
    if (!client) throw nowhere();
    void reply.header('cache-control', 'no-store');
    const judged = this.judged(request, asked);
    if ('error' in judged) {
      return reply.redirect(this.refused(client, stateIn(asked), judged), 303);
    }
    return reply.redirect(await this.next(request, client, judged), 303);
  }

  private judged(
    request: FastifyRequest,
    asked: Record<string, unknown>,
  ): AuthorizationRequest | AuthorizationError {
    if (request.url.length > longestNext) {
      return { error: 'invalid_request', description: 'the request is too long' };
    }
    const judged = judge(asked);
    if ('error' in judged) return judged;
    return problemOfSession(judged, signedInAt(request), this.clock.now()) ?? judged;
  }

  /** The page of the question, or what the person has to do before. */
  private async next(
    request: FastifyRequest,
    client: ClientAddress,
    asked: AuthorizationRequest,
  ): Promise<string> {
    const { live, viewer } = request;
    if (viewer) {
      return this.authorizations.begin(viewer.id, client, asked, live!.session.createdAt);
    }
    if (live && live.session.stage !== 'full') return pageOf(live);
    const here = encodeURIComponent(withoutPrompt(request.url));
    return `${live?.locked ? '/unlock' : '/sign-in'}?next=${here}`;
  }

  private refused(
    { redirectUrl }: ClientAddress,
    state: string | null,
    { error, description }: AuthorizationError,
  ): string {
    const iss = this.config.PUBLIC_URL;
    return withParameters(redirectUrl, { error, error_description: description, state, iss });
  }
}

function signedInAt({ viewer, live }: FastifyRequest): Date | undefined {
  return viewer && live?.session.createdAt;
}

/** Whoever signs in for this has been asked anew, and is not asked again. */
function withoutPrompt(url: string): string {
  const at = url.indexOf('?') + 1;
  const kept = new URLSearchParams(url.slice(at));
  kept.delete('prompt');
  return url.slice(0, at) + kept.toString();
}

/** The browser stays here: an address that is not registered may be anybody's (RFC 6749 section 4.1.2.1). */
function nowhere(): Refusal {
  const text = () =>
    t`The application that sent you here asked in a way that we cannot answer: it or its address is not registered. Tell whoever runs it.`;
  return new Refusal(400, 'invalid_request', text, 'no such client or redirect_uri');
}
