import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { speaking } from '../language/speaking.js';
import { Invalid, Refusal, SignInNeeded, TooMany } from '../refusals.js';
import { assets } from './assets.js';
import { FrameSource, type Notice } from './frame.js';
import { renderPage } from './views.js';

export interface Page {
  view: string;
  title: string;
  model: object;
  status?: number;
  notice?: Notice;
  /** Why a form is shown again: its refusal decides status and notice. */
  error?: unknown;
}

/** Sends a page. Nothing of the portal may be stored by a browser or proxy (S5). */
@Injectable()
export class Pages {
  constructor(private readonly frames: FrameSource) {}

  /** @param make builds the page, with its words in the language of whoever asks */
  send(request: FastifyRequest, reply: FastifyReply, make: () => Page): FastifyReply {
    const { status, html, error } = speaking(this.frames.language(request), () => {
      const page = make();
      return { ...this.render(request, page), error: page.error };
    });
    if (error instanceof TooMany) void reply.header('retry-after', String(error.retryAfter));
    return reply
      .status(status)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(html);
  }

  /** Words that a page's script asks for, in the language of whoever reads them. */
  speaking<T>(request: FastifyRequest, work: () => T extends Promise<unknown> ? never : T): T {
    return speaking(this.frames.language(request), work);
  }

  private render(request: FastifyRequest, page: Page): { status: number; html: string } {
    const { status, message } = answerTo(page.error);
    const notice = page.notice ?? noticeOf(message);
    const frame = { ...this.frames.frame(request), title: page.title, notice, assets };
    return {
      status: page.status ?? status,
      html: renderPage(page.view, { ...page.model, frame }),
    };
  }
}

function noticeOf(text: string | undefined): Notice | undefined {
  return text === undefined ? undefined : { kind: 'error', text };
}

/**
 * How a form's page answers: 200 when it is fresh, otherwise the refusal's status and, when it
 * belongs to no field, its text above the form. What is not a refusal is passed on.
 */
function answerTo(error: unknown): { status: number; message?: string } {
  if (error === undefined) return { status: 200 };
  // eslint-disable-next-line @typescript-eslint/only-throw-error -- passed on as it came
  if (!(error instanceof Refusal) || error instanceof SignInNeeded) throw error;
  return error instanceof Invalid
    ? { status: error.status }
    : { status: error.status, message: error.publicText };
}
