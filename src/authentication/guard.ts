import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { Invalid, NotFound, SignInNeeded, StaleForm, StepUpNeeded } from '../platform/refusals.js';
import { clearCookie, readCookie, setCookie } from '../platform/web/cookies.js';
import { formPage } from '../platform/web/next.js';
import { FormTokens } from '../platform/web/form-token.js';
import { factorIsFresh } from './session-rule.js';
import { type LiveSession, Sessions } from './sessions.service.js';
import { SignIn } from './sign-in.service.js';

/** Closes every route that is not opened by a mark (R1, R7, R8, R9, R10). */
@Injectable()
export class Guard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly formTokens: FormTokens,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.mark(context, 'machine')) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const live = await this.recognise(request, reply);
    if (!live) this.formTokens.greet(request, reply);
    this.checkForm(request, live);
    if (this.mark(context, 'public')) return true;
    if (!live) throw new SignInNeeded(signInWith(request));
    const stage = this.mark<string>(context, 'stage');
    if (stage) return this.onTheWay(live, stage);
    await this.signedIn(request, reply, live, this.mark<string>(context, 'stepUp'));
    if (this.mark(context, 'itOnly') && !live.viewer.it) throw new NotFound('for IT only');
    return true;
  }

  private async recognise(
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<LiveSession | undefined> {
    const token = readCookie(this.config, request, 'session');
    if (!token) return undefined;
    const live = await this.sessions.find(token, request.ip);
    if (!live) {
      clearCookie(this.config, reply, 'session');
      return undefined;
    }
    request.live = live;
    request.sessionId = live.session.id;
    if (live.session.stage === 'full' && !live.locked) request.viewer = live.viewer;
    return live;
  }

  /** Someone whose session is over gets to the sign-in page, not to a complaint about the form. */
  private checkForm(request: FastifyRequest, live: LiveSession | undefined): void {
    try {
      this.formTokens.check(request);
    } catch (error) {
      const hadSession = readCookie(this.config, request, 'session') !== undefined;
      if (error instanceof StaleForm && error.mayBeSentAgain && !live && hadSession) {
        throw new SignInNeeded(signInWith(request));
      }
      throw error;
    }
  }

  private onTheWay(live: LiveSession, stage: string): true {
    const at = live.locked ? 'locked' : live.session.stage;
    if (at !== stage) throw new SignInNeeded(pageOf(live));
    return true;
  }

  private async signedIn(
    request: FastifyRequest,
    reply: FastifyReply,
    live: LiveSession,
    stepUp: string | undefined,
  ): Promise<void> {
    if (live.session.stage !== 'full') throw new SignInNeeded(pageOf(live));
    if (request.method === 'GET') {
      if (live.locked) throw new SignInNeeded(`/unlock?next=${encodeURIComponent(request.url)}`);
      return;
    }
    const fresh = factorIsFresh(live.session, this.clock.now(), this.sessions.settings);
    if (live.locked || (stepUp && !fresh)) await this.proveAgain(request, reply, live, stepUp);
  }

  /** The form comes back with a code beside its own fields; then the request simply goes on. */
  private async proveAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    live: LiveSession,
    what: string | undefined,
  ): Promise<void> {
    const purpose = live.locked ? 'unlock' : 'step_up';
    const code = (request.body as Record<string, unknown> | undefined)?.stepUpCode;
    if (typeof code !== 'string') throw new StepUpNeeded(purpose, what);
    try {
      const token = await this.signIn.again(live, code, 'stepUpCode');
      setCookie(this.config, reply, 'session', token);
      // The session has a new identifier: what follows may move it on once more.
      request.live = await this.sessions.find(token, request.ip);
      request.viewer = live.viewer;
    } catch (error) {
      if (error instanceof Invalid) {
        throw new StepUpNeeded(purpose, what, error.fields.stepUpCode);
      }
      throw error;
    }
  }

  private mark<T = boolean>(context: ExecutionContext, name: string): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(name, [
      context.getHandler(),
      context.getClass(),
    ]);
  }
}

/** The page a session has to pass next. */
export function pageOf({ session, locked }: LiveSession): string {
  if (locked) return '/unlock';
  const pages = {
    code: '/sign-in/code',
    enrolment: '/enrol',
    recovery_codes: '/enrol/recovery-codes',
    full: '/',
  };
  return pages[session.stage];
}

/** The sign-in page that leads back to where the person was going (R11). */
function signInWith(request: FastifyRequest): string {
  const from = request.method === 'GET' ? request.url : formPage(request);
  return from && from !== '/' ? `/sign-in?next=${encodeURIComponent(from)}` : '/sign-in';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of this request, at whatever stage. */
    live?: LiveSession;
  }
}
