import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StepUp, WithPassword } from '../authentication/marks.js';
import { OwnPasskeys } from '../authentication/own-passkeys.service.js';
import { PasskeyRefused } from '../authentication/passkey-answer.js';
import { Passkeys } from '../authentication/passkeys.service.js';
import type { CreationOptions } from '../authentication/webauthn.js';
import { t } from '../platform/language/speaking.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { originOf } from '../platform/web/origin.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import type { NewPasskeyPage, PasskeyRemovalPage } from './models.js';
import { passkeyName, passkeyRemoval } from './profile.page.js';

class NewPasskeyForm {
  name = '';

  /** The JSON answer of the browser that made it. */
  newPasskey = '';
}

/** One's own passkeys, and what a browser asks one with before a change. */
@Controller()
export class PasskeysController {
  constructor(
    private readonly own: OwnPasskeys,
    private readonly passkeys: Passkeys,
    private readonly pages: Pages,
  ) {}

  /** Changes nothing: it makes the challenge that a step-up answers. */
  @Post('step-up/passkey')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  askToStepUp(@Req() request: FastifyRequest) {
    return this.passkeys.ask(request.live!.session, 'step-up');
  }

  @Get('profile/passkeys/new')
  async form(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const present = await this.passkeys.of(request.viewer!.id);
    const form = new NewPasskeyForm();
    const { agent } = originOf(request);
    form.name = this.pages.speaking(request, () => passkeyName(agent, present));
    return this.show(request, reply, form);
  }

  /** Addresses of forms: who loads one anew begins anew. */
  @Get(['profile/passkeys', 'profile/passkeys/made'])
  again(@Res() reply: FastifyReply) {
    return reply.redirect('/profile/passkeys/new', 303);
  }

  @StepUp(() => t`add a passkey`)
  @WithPassword()
  @Post('profile/passkeys')
  async begin(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(NewPasskeyForm, body);
    try {
      const options = await this.own.begin(request.live!, form.name);
      return await this.show(request, reply, form, options);
    } catch (error) {
      return this.show(request, reply, form, undefined, error);
    }
  }

  @StepUp(() => t`add a passkey`)
  @Post('profile/passkeys/made')
  async add(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(NewPasskeyForm, body);
    try {
      await this.own.add(request.live!, form.name, form.newPasskey);
    } catch (error) {
      // Its challenge is used up: the page gets another, for a second try.
      const again =
        error instanceof PasskeyRefused
          ? // The name may have been taken in another window meanwhile.
            await this.own.begin(request.live!, form.name).catch(() => undefined)
          : undefined;
      return this.show(request, reply, form, again, error);
    }
    return reply.redirect('/profile?done=passkey-added', 303);
  }

  @Get('profile/passkeys/:id/remove')
  async removal(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const passkey = await this.own.one(request.live!, uuidOf(id));
    return this.pages.send(request, reply, () => ({
      view: 'portal/profile-passkey-remove',
      title: t`Remove a passkey`,
      model: { name: passkey.name, confirm: passkeyRemoval(passkey) } satisfies PasskeyRemovalPage,
    }));
  }

  @StepUp(() => t`remove a passkey`)
  @WithPassword()
  @Post('profile/passkeys/:id/remove')
  async remove(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.own.remove(request.live!, uuidOf(id));
    return reply.redirect('/profile?done=passkey-removed', 303);
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    form: NewPasskeyForm,
    options?: CreationOptions,
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, () => {
      const { name, newPasskey } = fieldsOf(form, error);
      const model = {
        name,
        newPasskey: { value: '', error: newPasskey.error },
        options: options && JSON.stringify(options),
      } satisfies NewPasskeyPage;
      return { view: 'portal/profile-passkey', title: t`Add a passkey`, error, model };
    });
  }
}
