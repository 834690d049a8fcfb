import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { t, wordsOf } from '../language/speaking.js';
import { Refusal, SignInNeeded, StaleForm, StepUpNeeded, TooMany } from '../refusals.js';
import { isEnveloped, sendEnvelopeError } from './envelope.js';
import { isForMachines, sendMachineError } from './machine-errors.js';
import { Pages } from './pages.js';
import { isRest, sendProblem } from './problems.js';
import { formPage, safeNext } from './next.js';
import { withoutSecrets } from './resend.js';
import { statusOf } from './status-of.js';

const titles = (): Record<number, string> => ({
  400: t`This request could not be read`,
  403: t`This is not allowed`,
  404: t`Not found`,
  405: t`This cannot be done here`,
  409: t`This is not possible now`,
  413: t`That was too much`,
  415: t`This kind of data is not understood`,
  422: t`Please check what you typed`,
  429: t`Too many tries`,
  503: t`Briefly not available`,
});

const texts = (): Record<number, string> => ({
  400: t`The request did not have the form we expect. Nothing was changed.`,
  404: t`There is nothing here, or it is not yours to see.`,
  413: t`What was sent is larger than any form of ours. Nothing was changed.`,
  415: t`Forms are sent as application/x-www-form-urlencoded. Nothing was changed.`,
  503: t`The database is not answering. Nothing was changed. Please try again in a minute.`,
});

/** Turns refusals into pages. What is not a refusal is a bug: logged whole, shown as a plain page. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(private readonly pages: Pages) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (error instanceof Refusal) request.refused = error.code;
    if (isRest(request)) {
      return void sendProblem(request, reply, error);
    }
    if (isEnveloped(request)) {
      return void sendEnvelopeError(reply, error);
    }
    if (isForMachines(request)) {
      return void sendMachineError(reply, error);
    }
    if (error instanceof SignInNeeded) return void reply.redirect(error.goTo, 303);
    if (error instanceof StepUpNeeded) return void this.stepUp(request, reply, error);
    if (error instanceof StaleForm && error.mayBeSentAgain) return void this.stale(request, reply);
    if (error instanceof TooMany) reply.header('retry-after', String(error.retryAfter));
    const status = statusOf(error);
    if (status === 503) reply.header('retry-after', '5');
    this.pages.send(request, reply, () => {
      const heading = titles()[status] ?? t`Something went wrong`;
      const text =
        error instanceof Refusal
          ? error.publicText
          : (texts()[status] ?? t`This is a fault of ours, not yours. It has been noted.`);
      const model = { status, heading, text, requestId: request.id };
      return { view: 'error', status, title: heading, model };
    });
  }

  private stepUp(request: FastifyRequest, reply: FastifyReply, error: StepUpNeeded): void {
    if (error.retryAfter) reply.header('retry-after', String(error.retryAfter));
    this.pages.send(request, reply, () => ({
      view: 'auth/step-up',
      status: error.status,
      title: t`Confirm with a code`,
      model: {
        purpose: error.asked.purpose,
        what: wordsOf(error.asked.what ?? ''),
        passkeyFrom: error.asked.passkeyFrom,
        withPassword: error.asked.withPassword ?? false,
        action: request.url,
        fields: withoutSecrets(request.body),
        back: backOf(request),
        stepUpPassword: { value: '', error: error.problems().stepUpPassword },
        stepUpCode: { value: '', error: error.problems().stepUpCode },
        stepUpPasskey: { value: '', error: error.problems().stepUpPasskey },
      },
    }));
  }

  private stale(request: FastifyRequest, reply: FastifyReply): void {
    this.pages.send(request, reply, () => ({
      view: 'auth/stale',
      status: 403,
      title: t`Please send this again`,
      model: { action: request.url, fields: withoutSecrets(request.body) },
    }));
  }
}

/** Where *Cancel* leads: the page of the form, carried along by a second try. */
function backOf(request: FastifyRequest): string | undefined {
  const { returnTo } = (request.body ?? {}) as Record<string, unknown>;
  return returnTo === undefined ? formPage(request) : safeNext(returnTo);
}
