import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unavailable } from '../database/unavailable.js';
import { Refusal, SignInNeeded, StaleForm, StepUpNeeded, TooMany } from '../refusals.js';
import { isForMachines, sendMachineError } from './machine-errors.js';
import { Pages } from './pages.js';
import { isRest, sendProblem } from './problems.js';
import { formPage, safeNext } from './next.js';
import { withoutSecrets } from './resend.js';

const titles: Record<number, string> = {
  400: 'This request could not be read',
  403: 'This is not allowed',
  404: 'Not found',
  405: 'This cannot be done here',
  409: 'This is not possible now',
  413: 'That was too much',
  415: 'This kind of data is not understood',
  422: 'Please check what you typed',
  429: 'Too many tries',
  503: 'Briefly not available',
};

const texts: Record<number, string> = {
  400: 'The request did not have the form we expect. Nothing was changed.',
  404: 'There is nothing here, or it is not yours to see.',
  413: 'What was sent is larger than any form of ours. Nothing was changed.',
  415: 'Forms are sent as application/x-www-form-urlencoded. Nothing was changed.',
  503: 'The database is not answering. Nothing was changed. Please try again in a minute.',
};

/** Turns refusals into pages. What is not a refusal is a bug: logged whole, shown as a plain page. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  private readonly logger = new Logger('Errors');

  constructor(private readonly pages: Pages) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    if (isRest(request)) {
      return void sendProblem(request, reply, error, (each) => this.statusOf(each));
    }
    if (isForMachines(request)) {
      return void sendMachineError(reply, error, (each) => this.statusOf(each));
    }
    if (error instanceof SignInNeeded) return void reply.redirect(error.goTo, 303);
    if (error instanceof StepUpNeeded) return void this.stepUp(request, reply, error);
    if (error instanceof StaleForm && error.mayBeSentAgain) return void this.stale(request, reply);
    if (error instanceof TooMany) reply.header('retry-after', String(error.retryAfter));
    const status = this.statusOf(error);
    if (status === 503) reply.header('retry-after', '5');
    this.pages.send(request, reply, {
      view: 'error',
      status,
      title: titles[status] ?? 'Something went wrong',
      model: {
        status,
        heading: titles[status] ?? 'Something went wrong',
        text:
          error instanceof Refusal
            ? error.publicText
            : (texts[status] ?? 'This is a fault of ours, not yours. It has been noted.'),
        requestId: request.id,
      },
    });
  }

  private statusOf(error: unknown): number {
    if (error instanceof Refusal) return error.status;
    if (error instanceof HttpException) return error.getStatus();
    const { statusCode } = error as { statusCode?: unknown };
    if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) return statusCode;
    if (unavailable(error)) return 503;
    this.logger.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 500;
  }

  private stepUp(request: FastifyRequest, reply: FastifyReply, error: StepUpNeeded): void {
    if (error.retryAfter) reply.header('retry-after', String(error.retryAfter));
    this.pages.send(request, reply, {
      view: 'auth/step-up',
      status: error.status,
      title: 'Confirm with a code',
      model: {
        purpose: error.purpose,
        what: error.what,
        action: request.url,
        fields: withoutSecrets(request.body),
        back: backOf(request),
        stepUpCode: { value: '', error: error.codeError },
      },
    });
  }

  private stale(request: FastifyRequest, reply: FastifyReply): void {
    this.pages.send(request, reply, {
      view: 'auth/stale',
      status: 403,
      title: 'Please send this again',
      model: { action: request.url, fields: withoutSecrets(request.body) },
    });
  }
}

/** Where *Cancel* leads: the page of the form, carried along by a second try. */
function backOf(request: FastifyRequest): string | undefined {
  const { returnTo } = (request.body ?? {}) as Record<string, unknown>;
  return returnTo === undefined ? formPage(request) : safeNext(returnTo);
}
