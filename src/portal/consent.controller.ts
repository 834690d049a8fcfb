import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { t } from '../platform/language/speaking.js';
import { Conflict, NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { letFormsLeadTo } from '../platform/web/security-headers.js';
import { AccessRequests } from '../sign-token/access-requests.service.js';
import { SignInOver, SignIns } from '../sign-token/sign-ins.service.js';
import { ConsentForm, consentPage, scopesIn } from './consent.page.js';
import { findConsentFacts } from './consent.query.js';
import type { ConsentEndPage, ConsentPage } from './models.js';

/**
 * May this application know who you are? Nothing is agreed to but by the form of the page: an address that
 * is opened, by whomever or whatever, approves nothing.
 */
@Controller('sign-in-to')
export class ConsentController {
  constructor(
    private readonly signIns: SignIns,
    private readonly access: AccessRequests,
    private readonly dataSource: DataSource,
    private readonly pages: Pages,
  ) {}

  @Get(':token')
  async ask(
    @Param('token') token: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      return await this.showQuestion(token, request, reply);
    } catch (error) {
      return this.showOver(request, reply, error);
    }
  }

  @Post(':token')
  async decide(
    @Param('token') token: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(ConsentForm, body);
    try {
      return await this.done(token, form, scopesIn(body), request, reply);
    } catch (error) {
      if (error instanceof SignInOver) return this.showOver(request, reply, error);
      try {
        return await this.showQuestion(token, request, reply, form, error);
      } catch (second) {
        return this.showOver(request, reply, second);
      }
    }
  }

  private async done(
    token: string,
    { decision, note }: ConsentForm,
    scopes: string[],
    request: FastifyRequest,
    reply: FastifyReply,
  ) {
    const user = request.viewer!;
    if (decision === 'agree') {
      return reply.redirect(await this.signIns.approve(user, token, scopes), 303);
    }
    if (decision === 'decline') {
      const goTo = await this.signIns.decline(user, token);
      return goTo ? reply.redirect(goTo, 303) : this.showDeclined(request, reply);
    }
    if (decision === 'ask') {
      const { application } = await this.signIns.open(user, token);
      await this.access.ask(user, application.id, note);
      return reply.redirect(`/sign-in-to/${token}`, 303);
    }
    throw new Conflict(() => t`Agree or decline.`);
  }

  private async showQuestion(
    token: string,
    request: FastifyRequest,
    reply: FastifyReply,
    form?: ConsentForm,
    error?: unknown,
  ) {
    if (error instanceof NotFound) throw error;
    const viewer = request.viewer!;
    const question = await this.signIns.open(viewer, token);
    const facts = await findConsentFacts(this.dataSource, viewer.id, question);
    const { redirectUrl, fallbackUri } = question;
    letFormsLeadTo(reply, fallbackUri ? [redirectUrl, fallbackUri] : [redirectUrl]);
    return this.pages.send(request, reply, () => ({
      view: 'portal/consent',
      title: t`Sign in to ${question.application.name}`,
      error,
      model: consentPage(question, facts, viewer, form, error) satisfies ConsentPage,
    }));
  }

  private showDeclined(request: FastifyRequest, reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'portal/consent-end',
      title: t`You have declined`,
      model: {
        heading: t`You have declined`,
        text: t`The application has learned nothing about you. You can close this page.`,
      } satisfies ConsentEndPage,
    }));
  }

  /**
   * The browser goes where the application wants it then. Straight from our own sign-in it would not: the
   * policy of that page lets its form end here alone, so the person presses a link.
   */
  private showOver(request: FastifyRequest, reply: FastifyReply, error: unknown) {
    if (!(error instanceof SignInOver)) throw error;
    const { goTo } = error;
    const fromSignIn =
      request.method !== 'POST' && request.headers['sec-fetch-site'] === 'same-origin';
    if (goTo && !fromSignIn) return reply.redirect(goTo, 303);
    return this.pages.send(request, reply, () => ({
      view: 'portal/consent-end',
      title: t`This sign-in is over`,
      status: error.status,
      model: {
        heading: t`This sign-in is over`,
        text: error.publicText,
        back: goTo ? { href: goTo, host: new URL(goTo).host } : undefined,
      } satisfies ConsentEndPage,
    }));
  }
}
