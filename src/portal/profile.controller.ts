import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import QRCode from 'qrcode';
import { Enrolment } from '../authentication/enrolment.service.js';
import { Factors } from '../authentication/factor.service.js';
import { roleText } from '../authentication/frame.js';
import { askFrom } from '../authentication/guard.js';
import { StepUp, WithPassword } from '../authentication/marks.js';
import { OwnAccount } from '../authentication/own-account.service.js';
import { Passkeys } from '../authentication/passkeys.service.js';
import { passwordRules } from '../authentication/password-rule.js';
import { totpUri } from '../authentication/totp.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { setCookie } from '../platform/web/cookies.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { momentOf } from '../platform/words.js';
import { doneNotice } from './done.js';
import type {
  CodesRenewalPage,
  NewAppPage,
  NewCodesPage,
  NewPasswordPage,
  ProfilePage,
} from './models.js';
import { codesRenewal, passkeyLine, sessionLine } from './profile.page.js';

class PasswordForm {
  password = '';
  newPassword = '';
  passwordAgain = '';
}

class OldPasswordForm {
  password = '';
}

class CodeForm {
  code = '';
}

/** One's own account: password, authenticator app, recovery codes, sessions. */
@Controller('profile')
export class ProfileController {
  constructor(
    private readonly account: OwnAccount,
    private readonly enrolment: Enrolment,
    private readonly factors: Factors,
    private readonly passkeys: Passkeys,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { viewer, session } = request.live!;
    const sessions = await this.account.sessionsOf(viewer.id);
    const { confirmedAt } = await this.account.factorOf(viewer.id);
    const codesLeft = await this.factors.recoveryCodesLeft(viewer.id);
    const passkeys = await this.passkeys.of(viewer.id);
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile',
      title: t`Your account`,
      notice: doneNotice(done),
      model: {
        name: viewer.name,
        email: viewer.email,
        roles: roleText(viewer),
        appSince: momentOf(confirmedAt),
        codesLeft,
        renewal: codesRenewal(),
        passkeys: passkeys.map(passkeyLine),
        sessions: sessions.map((each) => sessionLine(each, each.id === session.id)),
        myApplicationsHref: this.config.DOMAINS === 'on' ? '/my-applications' : undefined,
      } satisfies ProfilePage,
    }));
  }

  @Get('password')
  passwordForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showPassword(request, reply, new PasswordForm());
  }

  @StepUp(() => t`change your password`)
  @Post('password')
  async changePassword(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(PasswordForm, body);
    try {
      if (form.newPassword !== form.passwordAgain) {
        throw new Invalid({ passwordAgain: () => t`The two new passwords are not the same.` });
      }
      const { password, newPassword } = form;
      const token = await this.account.changePassword(request.live!, password, newPassword);
      setCookie(this.config, reply, 'session', token);
    } catch (error) {
      return this.showPassword(request, reply, form, error);
    }
    return reply.redirect('/profile?done=password', 303);
  }

  @Get('recovery-codes/renew')
  renewal(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile-codes-renew',
      title: t`Make new recovery codes?`,
      model: { confirm: codesRenewal() } satisfies CodesRenewalPage,
    }));
  }

  @StepUp(() => t`make new recovery codes`)
  @WithPassword()
  @Post('recovery-codes')
  async renewCodes(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const codes = await this.enrolment.renewRecoveryCodes(request.live!);
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile-codes',
      title: t`New recovery codes`,
      model: { codes } satisfies NewCodesPage,
    }));
  }

  /** Addresses of forms: who loads one anew, such as the page with the new codes, gets the account. */
  @Get(['recovery-codes', 'authenticator/confirm', 'sessions/end-others', 'sessions/:id/end'])
  again(@Res() reply: FastifyReply) {
    return reply.redirect('/profile', 303);
  }

  @Get('authenticator')
  appForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showApp(request, reply);
  }

  @StepUp(() => t`set up another authenticator app`)
  @Post('authenticator')
  async startApp(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      const { password } = readForm(OldPasswordForm, body);
      const key = await this.account.startFactor(request.live!, password);
      return await this.showApp(request, reply, key);
    } catch (error) {
      return this.showApp(request, reply, undefined, error);
    }
  }

  @StepUp(() => t`replace your authenticator app`)
  @Post('authenticator/confirm')
  async confirmApp(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      const { code } = readForm(CodeForm, body);
      setCookie(
        this.config,
        reply,
        'session',
        await this.account.confirmFactor(request.live!, code),
      );
    } catch (error) {
      return this.showApp(request, reply, this.account.pendingKey(request.live!), error);
    }
    return reply.redirect('/profile?done=authenticator', 303);
  }

  @StepUp(() => t`end the other sessions`)
  @Post('sessions/end-others')
  async endOthers(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.account.endOtherSessions(request.live!);
    return reply.redirect('/profile?done=sessions', 303);
  }

  @StepUp(() => t`end this session`)
  @Post('sessions/:id/end')
  async endOne(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.account.endSession(request.live!, uuidOf(id));
    return reply.redirect('/profile?done=session', 303);
  }

  /** A code or a passkey in the form itself, when one is due: passwords are never carried over. */
  private async stepUpIn({ live }: FastifyRequest) {
    const needsCode = this.account.needsCode(live!);
    const withPasskey = needsCode && (await this.passkeys.has(live!.viewer.id));
    return { needsCode, passkeyFrom: withPasskey ? askFrom(false) : undefined };
  }

  private async showPassword(
    request: FastifyRequest,
    reply: FastifyReply,
    form: PasswordForm,
    error?: unknown,
  ): Promise<FastifyReply> {
    const stepUp = await this.stepUpIn(request);
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile-password',
      title: t`Change your password`,
      error,
      model: {
        ...fieldsOf(form, error),
        email: request.viewer!.email,
        rules: passwordRules(),
        ...stepUp,
      } satisfies NewPasswordPage,
    }));
  }

  private async showApp(
    request: FastifyRequest,
    reply: FastifyReply,
    key?: string,
    error?: unknown,
  ): Promise<FastifyReply> {
    const { email } = request.viewer!;
    const stepUp = await this.stepUpIn(request);
    const qr = key && (await QRCode.toString(totpUri(key, email), { type: 'svg', margin: 2 }));
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile-authenticator',
      title: t`Replace your authenticator app`,
      error,
      model: {
        email,
        password: { value: '', error: errorAt(error, 'password') },
        ...stepUp,
        pending: key && qr ? { key, qrSvg: qr } : undefined,
        code: { value: '', error: errorAt(error, 'code') },
      } satisfies NewAppPage,
    }));
  }
}

function errorAt(error: unknown, field: string): string | undefined {
  return error instanceof Invalid ? error.fields[field] : undefined;
}
