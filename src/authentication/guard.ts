import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import type { Words } from '../platform/language/speaking.js';
import {
  Invalid,
  NotFound,
  Overtaken,
  SignInNeeded,
  StaleForm,
  type StepUp,
  StepUpNeeded,
  TooMany,
} from '../platform/refusals.js';
import { browserLanguage } from '../platform/web/browser-language.js';
import { readCookie, setCookie } from '../platform/web/cookies.js';
import { type Attention, AttentionSource } from '../platform/web/frame.js';
import { formPage } from '../platform/web/next.js';
import { FormTokens } from '../platform/web/form-token.js';
import type { Sight } from './marks.js';
import type { Permission } from '../users/permissions.js';
import { Passkeys } from './passkeys.service.js';
import { OwnPassword } from './own-password.js';
import { factorIsFresh, passwordIsFresh } from './session-rule.js';
import { type LiveSession, type Seen, Sessions } from './sessions.service.js';
import { type Proof, SignIn } from './sign-in.service.js';

/** What is to be proved, and what for. */
interface Wanted {
  what: Words | undefined;
  withPassword: boolean;
}

/** Closes every route that is not opened by a mark (R1, R7, R8, R9, R10). */
@Injectable()
export class Guard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly passkeys: Passkeys,
    private readonly ownPassword: OwnPassword,
    private readonly formTokens: FormTokens,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.mark(context, 'machine')) return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const live = await this.recognise(request);
    if (!live) this.formTokens.greet(request, reply);
    const open = this.mark(context, 'public') === true;
    await this.checkForm(request, open || live !== undefined);
    if (open) return true;
    if (!live) throw new SignInNeeded(signInWith(request));
    const stage = this.mark<string>(context, 'stage');
    if (stage) return this.onTheWay(live, stage);
    this.atTheDoor(request, live);
    const needed = this.mark<Permission>(context, 'itOnly');
    if (needed && !live.viewer.everywhere.has(needed)) throw new NotFound('for IT only');
    if (!isRead(request)) await this.beforeChange(context, request, reply, live);
    return true;
  }

  /**
   * A cookie that is not known is left as it is: another request of this browser may have got a new
   * one a moment ago, which an answer to this one must not take away.
   */
  private async recognise(request: FastifyRequest): Promise<LiveSession | undefined> {
    const token = readCookie(this.config, request, 'session');
    const live = token ? await this.sessions.find(token, this.seen(request)) : undefined;
    if (!live) return undefined;
    request.live = live;
    request.sessionId = live.session.id;
    request.who = live.viewer.id;
    if (live.session.stage === 'full' && !live.locked) {
      request.viewer = live.viewer;
      if (live.viewer.it) request.attention = await this.attention();
    }
    return live;
  }

  private seen(request: FastifyRequest): Seen {
    return { address: request.ip, language: browserLanguage(this.config, request) };
  }

  private attention(): Promise<Attention> {
    return this.modules.get(AttentionSource, { strict: false }).current();
  }

  /** Someone whose session is over gets to the sign-in page, not to a complaint about the form. */
  private async checkForm(request: FastifyRequest, hereAnyway: boolean): Promise<void> {
    try {
      this.formTokens.check(request);
    } catch (error) {
      const token = readCookie(this.config, request, 'session');
      if (!(error instanceof StaleForm) || !error.mayBeSentAgain) throw error;
      if (hereAnyway || !token) throw error;
      if (await this.sessions.wasMovedOn(token)) throw new Overtaken();
      throw new SignInNeeded(signInWith(request));
    }
  }

  private onTheWay(live: LiveSession, stage: string): true {
    const at = live.locked ? 'locked' : live.session.stage;
    if (at !== stage) throw new SignInNeeded(pageOf(live));
    return true;
  }

  private atTheDoor(request: FastifyRequest, live: LiveSession): void {
    if (live.session.stage !== 'full') throw new SignInNeeded(pageOf(live));
    if (live.locked && isRead(request)) {
      throw new SignInNeeded(`/unlock?next=${encodeURIComponent(request.url)}`);
    }
  }

  private async beforeChange(
    context: ExecutionContext,
    request: FastifyRequest,
    reply: FastifyReply,
    live: LiveSession,
  ): Promise<void> {
    const stepUp = this.mark<Words>(context, 'stepUp');
    const [now, { settings }] = [this.clock.now(), this.sessions];
    const fresh = factorIsFresh(live.session, now, settings);
    const withPassword =
      this.mark(context, 'withPassword') === true && !passwordIsFresh(live.session, now, settings);
    if (!live.locked && (!stepUp || (fresh && !withPassword))) return;
    const sight = this.mark<Type<Sight>>(context, 'seenBy');
    if (sight) {
      const params = request.params as Record<string, string>;
      await this.modules.get(sight, { strict: false }).check(live.viewer, params);
    }
    await this.proveAgain(request, reply, live, { what: stepUp, withPassword });
  }

  /** The form comes back with a code or a passkey's answer beside its own fields; then the request simply goes on. */
  private async proveAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    live: LiveSession,
    wanted: Wanted,
  ): Promise<void> {
    const proof = proofIn(request.body);
    if (!proof) throw new StepUpNeeded(await this.asked(live, wanted));
    try {
      if (wanted.withPassword) {
        const { stepUpPassword } = request.body as Record<string, unknown>;
        const password = typeof stepUpPassword === 'string' ? stepUpPassword : '';
        await this.ownPassword.prove(live.viewer, password, 'stepUpPassword');
      }
      const names = { code: 'stepUpCode', passkey: 'stepUpPasskey' };
      const token = await this.signIn.again(live, proof, names);
      setCookie(this.config, reply, 'session', token);
      // The session has a new identifier: what follows may move it on once more.
      const moved = await this.sessions.find(token, this.seen(request));
      if (!moved) throw new SignInNeeded('/sign-in');
      request.live = moved;
      request.viewer = moved.viewer;
    } catch (error) {
      if (error instanceof SignInNeeded) throw new Overtaken();
      if (error instanceof Invalid) {
        throw new StepUpNeeded(await this.asked(live, wanted), () => error.fields);
      }
      if (error instanceof TooMany) {
        const problems = () => ({ stepUpCode: error.publicText });
        throw new StepUpNeeded(await this.asked(live, wanted), problems, error.retryAfter);
      }
      throw error;
    }
  }

  private async asked({ viewer, locked }: LiveSession, wanted: Wanted): Promise<StepUp> {
    return {
      purpose: locked ? 'unlock' : 'step_up',
      ...wanted,
      passkeyFrom: (await this.passkeys.has(viewer.id)) ? askFrom(locked) : undefined,
    };
  }

  private mark<T = boolean>(context: ExecutionContext, name: string): T | undefined {
    return this.reflector.getAllAndOverride<T | undefined>(name, [
      context.getHandler(),
      context.getClass(),
    ]);
  }
}

/** Where a browser gets what it asks a passkey with, for a session that has been signed in. */
export function askFrom(locked: boolean): string {
  return locked ? '/unlock/passkey' : '/step-up/passkey';
}

/** A form with an empty code is one as well: the person is told that six digits are missing. */
function proofIn(body: unknown): Proof | undefined {
  const { stepUpCode, stepUpPasskey } = (body ?? {}) as Record<string, unknown>;
  if (typeof stepUpPasskey === 'string' && stepUpPasskey) return { passkey: stepUpPasskey };
  return typeof stepUpCode === 'string' ? { code: stepUpCode } : undefined;
}

function isRead({ method }: FastifyRequest): boolean {
  return method === 'GET' || method === 'HEAD';
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
  // Whatever takes a form is a page as well, for browsers that do not say where the form was.
  const from = isRead(request) ? request.url : (formPage(request) ?? request.url);
  return from && from !== '/' ? `/sign-in?next=${encodeURIComponent(from)}` : '/sign-in';
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The session of this request, at whatever stage. */
    live?: LiveSession;
  }
}
