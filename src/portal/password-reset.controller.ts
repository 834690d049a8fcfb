import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../authentication/marks.js';
import {
  type Forgetful,
  PasswordResets,
  ResetGone,
} from '../authentication/password-resets.service.js';
import { passwordRules } from '../authentication/password-rule.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { clearCookie } from '../platform/web/cookies.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { originOf } from '../platform/web/origin.js';
import { Pages } from '../platform/web/pages.js';
import type { PasswordResetPage } from './models.js';

class ResetForm {
  password = '';
  passwordAgain = '';
  code = '';
}

/** Another password in the place of a forgotten one, by a link that IT has sent. */
@Public()
@Controller('password-resets/:token')
export class PasswordResetController {
  constructor(
    private readonly resets: PasswordResets,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Get()
  async form(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      return this.show(request, reply, await this.resets.asked(token));
    } catch (error) {
      return this.gone(request, reply, error);
    }
  }

  @Post()
  async choose(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      const user = await this.resets.asked(token);
      const form = readForm(ResetForm, body);
      try {
        await this.finish(token, form, request);
      } catch (error) {
        if (error instanceof ResetGone) throw error;
        return this.show(request, reply, user, error);
      }
      // Every session of the account is over, also where this browser had one.
      clearCookie(this.config, reply, 'session');
      return this.pages.send(request, reply, () => ({
        view: 'auth/password-reset-done',
        title: t`Your password is set`,
        model: {},
      }));
    } catch (error) {
      return this.gone(request, reply, error);
    }
  }

  private async finish(token: string, form: ResetForm, request: FastifyRequest): Promise<void> {
    if (form.password !== form.passwordAgain) {
      throw new Invalid({ passwordAgain: () => t`The two passwords are not the same.` });
    }
    await this.resets.finish(token, form.password, form.code, originOf(request));
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    { email, hasFactor }: Forgetful,
    error?: unknown,
  ): FastifyReply {
    // The address holds the token: it must not leave by a referrer.
    void reply.header('referrer-policy', 'no-referrer');
    return this.pages.send(request, reply, () => ({
      view: 'auth/password-reset',
      title: t`Choose another password`,
      error,
      model: {
        // What proves something is never sent back to the page.
        ...fieldsOf(new ResetForm(), error),
        email,
        asksCode: hasFactor,
        rules: passwordRules(),
      } satisfies PasswordResetPage,
    }));
  }

  private gone(request: FastifyRequest, reply: FastifyReply, error: unknown): FastifyReply {
    if (!(error instanceof ResetGone)) throw error;
    return this.pages.send(request, reply, () => ({
      view: 'auth/password-reset-gone',
      title: t`Choose another password`,
      status: error.status,
      model: {},
    }));
  }
}
