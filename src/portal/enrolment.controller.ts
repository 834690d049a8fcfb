import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import QRCode from 'qrcode';
import { Enrolment, type Invited, InvitationGone } from '../authentication/enrolment.service.js';
import { DuringSignIn, Public } from '../authentication/marks.js';
import { passwordRules } from '../authentication/password-rule.js';
import { Sessions } from '../authentication/sessions.service.js';
import { SignIn } from '../authentication/sign-in.service.js';
import { totpUri } from '../authentication/totp.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { clearCookie, setCookie } from '../platform/web/cookies.js';
import { readForm } from '../platform/web/form.js';
import { originOf } from '../platform/web/origin.js';
import { Pages } from '../platform/web/pages.js';
import type {
  EnrolPage,
  InvitationPage,
  RecoveryCodesAgainPage,
  RecoveryCodesPage,
} from './models.js';

const renewal = '/enrol/recovery-codes';

class PasswordForm {
  password = '';
  passwordAgain = '';
}

class CodeForm {
  code = '';
}

class StoredForm {
  stored = '';
}

/** The first sign-in: invitation, password, authenticator app, recovery codes (R2). */
@Controller()
export class EnrolmentController {
  constructor(
    private readonly enrolment: Enrolment,
    private readonly sessions: Sessions,
    private readonly signIn: SignIn,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Public()
  @Get('invitations/:token')
  async invitation(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      return this.showInvitation(request, reply, await this.enrolment.invited(token));
    } catch (error) {
      return this.gone(request, reply, error);
    }
  }

  @Public()
  @Post('invitations/:token')
  async accept(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      const user = await this.enrolment.invited(token);
      const form = readForm(PasswordForm, body);
      try {
        if (form.password !== form.passwordAgain) {
          throw new Invalid({ passwordAgain: () => t`The two passwords are not the same.` });
        }
        const session = await this.enrolment.accept(token, form.password, originOf(request));
        // Whoever had a session in this browser is signed out of it.
        if (request.live) await this.sessions.end(request.live.session.id);
        clearCookie(this.config, reply, 'visitor');
        setCookie(this.config, reply, 'session', session);
        return await reply.redirect('/enrol', 303);
      } catch (error) {
        if (error instanceof InvitationGone) throw error;
        return this.showInvitation(request, reply, user, error);
      }
    } catch (error) {
      return this.gone(request, reply, error);
    }
  }

  @DuringSignIn('enrolment')
  @Get('enrol')
  key(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showKey(request, reply);
  }

  @DuringSignIn('enrolment')
  @Post('enrol')
  async confirm(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    try {
      const { code } = readForm(CodeForm, body);
      const { codes, token } = await this.enrolment.confirm(request.live!, code);
      setCookie(this.config, reply, 'session', token);
      return this.showCodes(request, reply, codes);
    } catch (error) {
      return this.showKey(request, reply, error);
    }
  }

  /** After a reload the codes are gone: they can only be replaced by new ones. */
  @DuringSignIn('recovery_codes')
  @Get(['enrol/recovery-codes', 'enrol/done'])
  codesAgain(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'auth/recovery-codes-again',
      title: t`Recovery codes`,
      model: { action: renewal } satisfies RecoveryCodesAgainPage,
    }));
  }

  @DuringSignIn('recovery_codes')
  @Post('enrol/recovery-codes')
  async renew(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showCodes(request, reply, await this.enrolment.renewRecoveryCodes(request.live!));
  }

  @DuringSignIn('recovery_codes')
  @Post('enrol/done')
  async done(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { stored } = readForm(StoredForm, body);
    if (stored !== 'yes') {
      return this.pages.send(request, reply, () => ({
        view: 'auth/recovery-codes-again',
        title: t`Recovery codes`,
        status: 422,
        notice: {
          kind: 'error',
          text: t`You did not tick that you have stored the codes. They are shown once, so make new ones.`,
        },
        model: { action: renewal } satisfies RecoveryCodesAgainPage,
      }));
    }
    setCookie(this.config, reply, 'session', await this.enrolment.finish(request.live!));
    // The account knows it from now on.
    clearCookie(this.config, reply, 'language');
    setCookie(this.config, reply, 'device', this.signIn.deviceFor(request.live!.viewer));
    return reply.redirect('/', 303);
  }

  private showInvitation(
    request: FastifyRequest,
    reply: FastifyReply,
    { name, email, organisation }: Invited,
    error?: unknown,
  ): FastifyReply {
    // The address holds the token: it must not leave by a referrer.
    void reply.header('referrer-policy', 'no-referrer');
    return this.pages.send(request, reply, () => ({
      view: 'auth/invitation',
      title: t`Welcome`,
      error,
      model: {
        organisation: organisation ?? t`Operator staff`,
        name,
        email,
        password: { value: '', error: errorAt(error, 'password') },
        passwordAgain: { value: '', error: errorAt(error, 'passwordAgain') },
        rules: passwordRules(),
      } satisfies InvitationPage,
    }));
  }

  private gone(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
    if (!(error instanceof InvitationGone)) throw error;
    return this.pages.send(request, reply, () => ({
      view: 'auth/invitation-gone',
      title: t`Invitation`,
      status: error.status,
      model: {},
    }));
  }

  private async showKey(
    request: FastifyRequest,
    reply: FastifyReply,
    error?: unknown,
  ): Promise<FastifyReply> {
    const { session, viewer } = request.live!;
    const key = await this.enrolment.key(session);
    const qrSvg = await QRCode.toString(totpUri(key, viewer.email), { type: 'svg', margin: 2 });
    return this.pages.send(request, reply, () => ({
      view: 'auth/enrol',
      title: t`Set up your authenticator app`,
      error,
      model: {
        qrSvg,
        key,
        email: viewer.email,
        code: { value: '', error: errorAt(error, 'code') },
      } satisfies EnrolPage,
    }));
  }

  private showCodes(request: FastifyRequest, reply: FastifyReply, codes: string[]): FastifyReply {
    return this.pages.send(request, reply, () => ({
      view: 'auth/recovery-codes',
      title: t`Recovery codes`,
      model: { codes, stored: { value: '' }, action: '/enrol/done' } satisfies RecoveryCodesPage,
    }));
  }
}

function errorAt(error: unknown, field: string): string | undefined {
  return error instanceof Invalid ? error.fields[field] : undefined;
}
