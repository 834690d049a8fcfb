import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TooMany } from '../refusals.js';
import { answerTo } from './form.js';
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

  send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    const { status, message } = answerTo(page.error);
    const notice = page.notice ?? noticeOf(message);
    const frame = { ...this.frames.frame(request), title: page.title, notice };
    const { error } = page;
    if (error instanceof TooMany) void reply.header('retry-after', String(error.retryAfter));
    return reply
      .status(page.status ?? status)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(renderPage(page.view, { ...page.model, frame }));
  }
}

/** A refusal's text as a notice. */
export function noticeOf(text: string | undefined): Notice | undefined {
  return text === undefined ? undefined : { kind: 'error', text };
}
