import { Body, Controller, Get, Header, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { IsNotEmpty, ValidateIf } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DuringSignIn, Public } from '../authentication/marks.js';
import { askFrom, pageOf } from '../authentication/guard.js';
import { Passkeys } from '../authentication/passkeys.service.js';
import { type LiveSession, Sessions } from '../authentication/sessions.service.js';
import { SignIn } from '../authentication/sign-in.service.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { SignInNeeded } from '../platform/refusals.js';
import { clearCookie, readCookie, setCookie } from '../platform/web/cookies.js';
import { checkForm, fieldsOf, readForm } from '../platform/web/form.js';
import { safeNext } from '../platform/web/next.js';
import { originOf } from '../platform/web/origin.js';
import { Pages } from '../platform/web/pages.js';
import type { CodePage, RecoveryPage, SignInPage, UnlockPage } from './models.js';

class SignInForm {
  @IsNotEmpty({ message: () => t`Type your e-mail address.` })
  email = '';

  @IsNotEmpty({ message: () => t`Type your password.` })
  password = '';

  next = '';
}

class CodeForm {
  @ValidateIf((form: CodeForm) => form.passkey === '')
  @IsNotEmpty({ message: () => t`Type the six digits that your app shows now.` })
  code = '';

  /** The JSON answer of a passkey, in place of a code. */
  passkey = '';

  next = '';
}

class RecoveryForm {
  @IsNotEmpty({ message: () => t`Type one of your recovery codes.` })
  recoveryCode = '';

  next = '';
}

/** Password, code or recovery code, unlock, sign out (R1, R10, R11). */
@Controller()
export class SignInController {
  constructor(
    private readonly signIn: SignIn,
    private readonly passkeys: Passkeys,
    private readonly sessions: Sessions,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Public()
  @Get('sign-in')
  form(@Query('next') next: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = Object.assign(new SignInForm(), { next: safeNext(next) ?? '' });
    if (request.live) return reply.redirect(wayOn(request.live, form.next), 303);
    return this.show(request, reply, form);
  }

  @Public()
  @Post('sign-in')
  async withPassword(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(SignInForm, body);
    try {
      checkForm(form);
      const { token, stage } = await this.signIn.withPassword(
        form.email,
        form.password,
        originOf(request),
        readCookie(this.config, request, 'device'),
      );
      if (request.live) await this.sessions.end(request.live.session.id);
      clearCookie(this.config, reply, 'visitor');
      setCookie(this.config, reply, 'session', token);
      const page = stage === 'code' ? '/sign-in/code' : '/enrol';
      return await reply.redirect(withNext(page, form.next), 303);
    } catch (error) {
      return this.show(request, reply, form, error);
    }
  }

  @DuringSignIn('code')
  @Get('sign-in/code')
  codeForm(
    @Query('next') next: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = Object.assign(new CodeForm(), { next: safeNext(next) ?? '' });
    return this.showCode(request, reply, form);
  }

  @DuringSignIn('code')
  @Post('sign-in/code')
  async withCode(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(CodeForm, body);
    try {
      checkForm(form);
      const device = readCookie(this.config, request, 'device');
      const token = form.passkey
        ? await this.signIn.withPasskey(request.live!, form.passkey, device)
        : await this.signIn.withCode(request.live!, form.code, device);
      this.letIn(request, reply, token);
      return await reply.redirect(safeNext(form.next) ?? '/', 303);
    } catch (error) {
      if (error instanceof SignInNeeded) return reply.redirect(safeNext(form.next) ?? '/', 303);
      return this.showCode(request, reply, form, error);
    }
  }

  /** What the browser asks a passkey with, as JSON. */
  @DuringSignIn('code')
  @Post('sign-in/passkey')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  askToSignIn(@Req() request: FastifyRequest) {
    return this.passkeys.ask(request.live!.session, 'sign-in');
  }

  @DuringSignIn('code')
  @Get('sign-in/recovery')
  recoveryForm(
    @Query('next') next: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = Object.assign(new RecoveryForm(), { next: safeNext(next) ?? '' });
    return this.showRecovery(request, reply, form);
  }

  @DuringSignIn('code')
  @Post('sign-in/recovery')
  async withRecoveryCode(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(RecoveryForm, body);
    try {
      checkForm(form);
      const token = await this.signIn.withRecoveryCode(request.live!, form.recoveryCode);
      this.letIn(request, reply, token);
      return await reply.redirect(safeNext(form.next) ?? '/', 303);
    } catch (error) {
      if (error instanceof SignInNeeded) return reply.redirect(safeNext(form.next) ?? '/', 303);
      return this.showRecovery(request, reply, form, error);
    }
  }

  @DuringSignIn('locked')
  @Get('unlock')
  unlockForm(
    @Query('next') next: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = Object.assign(new CodeForm(), { next: safeNext(next) ?? '' });
    return this.showUnlock(request, reply, form);
  }

  @DuringSignIn('locked')
  @Post('unlock')
  async unlock(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(CodeForm, body);
    try {
      checkForm(form);
      const proof = form.passkey ? { passkey: form.passkey } : { code: form.code };
      const names = { code: 'code', passkey: 'passkey' };
      const token = await this.signIn.again(request.live!, proof, names);
      setCookie(this.config, reply, 'session', token);
      return await reply.redirect(safeNext(form.next) ?? '/', 303);
    } catch (error) {
      if (error instanceof SignInNeeded) return reply.redirect(safeNext(form.next) ?? '/', 303);
      return this.showUnlock(request, reply, form, error);
    }
  }

  @DuringSignIn('locked')
  @Post('unlock/passkey')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  askToUnlock(@Req() request: FastifyRequest) {
    return this.passkeys.ask(request.live!.session, 'step-up');
  }

  /** Addresses of the script: who loads one gets the page that it belongs to. */
  @Public()
  @Get(['sign-in/passkey', 'unlock/passkey', 'step-up/passkey'])
  again(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return reply.redirect(request.live ? pageOf(request.live) : '/sign-in', 303);
  }

  /** Public, so that a locked or half-done session can be left as well. */
  @Public()
  @Post('sign-out')
  async signOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    if (request.live) await this.signIn.signOut(request.live.session, request.live.viewer);
    clearCookie(this.config, reply, 'session');
    // Pages that the browser keeps for the back button go, too.
    void reply.header('clear-site-data', '"cache", "storage"');
    return reply.redirect('/signed-out', 303);
  }

  @Public()
  @Get('signed-out')
  signedOut(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'auth/signed-out',
      title: t`Signed out`,
      model: {},
    }));
  }

  /** The new session, and the mark that this browser was signed in with before. */
  private letIn(request: FastifyRequest, reply: FastifyReply, token: string): void {
    setCookie(this.config, reply, 'session', token);
    // The account knows it from now on.
    clearCookie(this.config, reply, 'language');
    setCookie(this.config, reply, 'device', this.signIn.deviceFor(request.live!.viewer));
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    form: SignInForm,
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, () => {
      const { email, password, next } = fieldsOf(form, error);
      return {
        view: 'auth/sign-in',
        title: t`Sign in`,
        error,
        model: { email, password: { ...password, value: '' }, next } satisfies SignInPage,
      };
    });
  }

  private async showCode(
    request: FastifyRequest,
    reply: FastifyReply,
    form: CodeForm,
    error?: unknown,
  ) {
    const passkeyFrom = await this.askFrom(request, '/sign-in/passkey');
    return this.pages.send(request, reply, () => ({
      view: 'auth/code',
      title: t`Your code`,
      error,
      model: {
        ...emptied(form, error),
        passkeyFrom,
        recoveryHref: withNext('/sign-in/recovery', form.next),
      } satisfies CodePage,
    }));
  }

  private showRecovery(
    request: FastifyRequest,
    reply: FastifyReply,
    form: RecoveryForm,
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'auth/recovery',
      title: t`Recovery code`,
      error,
      model: {
        recoveryCode: { value: '', error: fieldsOf(form, error).recoveryCode.error },
        next: { value: form.next },
        codeHref: withNext('/sign-in/code', form.next),
      } satisfies RecoveryPage,
    }));
  }

  private async showUnlock(
    request: FastifyRequest,
    reply: FastifyReply,
    form: CodeForm,
    error?: unknown,
  ) {
    const passkeyFrom = await this.askFrom(request, askFrom(true));
    return this.pages.send(request, reply, () => ({
      view: 'auth/unlock',
      title: t`Still there?`,
      error,
      model: {
        ...emptied(form, error),
        passkeyFrom,
        email: request.live!.viewer.email,
      } satisfies UnlockPage,
    }));
  }

  /** For an account with a passkey alone. */
  private async askFrom(request: FastifyRequest, from: string): Promise<string | undefined> {
    return (await this.passkeys.has(request.live!.viewer.id)) ? from : undefined;
  }
}

/** What proves something is never sent back to the page. */
function emptied(form: CodeForm, error: unknown) {
  return {
    code: { value: '', error: fieldsOf(form, error).code.error },
    passkey: { value: '', error: fieldsOf(form, error).passkey.error },
    next: { value: form.next },
  };
}

/** Who has a session already goes on from where it stands, and finally to where they wanted. */
function wayOn(live: LiveSession, next: string): string {
  return pageOf(live) === '/' ? (safeNext(next) ?? '/') : withNext(pageOf(live), next);
}

function withNext(page: string, next: string): string {
  const safe = safeNext(next);
  return safe ? `${page}?next=${encodeURIComponent(safe)}` : page;
}
