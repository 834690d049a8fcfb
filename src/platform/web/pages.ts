import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FrameSource, type Notice } from './frame.js';
import { renderPage } from './views.js';

export interface Page {
  view: string;
  title: string;
  model: object;
  status?: number;
  notice?: Notice;
}

/** Sends a page. Nothing of the portal may be stored by a browser or proxy (S5). */
@Injectable()
export class Pages {
  constructor(private readonly frames: FrameSource) {}

  send(request: FastifyRequest, reply: FastifyReply, page: Page): FastifyReply {
    const frame = { ...this.frames.frame(request), title: page.title, notice: page.notice };
    return reply
      .status(page.status ?? 200)
      .header('cache-control', 'no-store')
      .type('text/html; charset=utf-8')
      .send(renderPage(page.view, { ...page.model, frame }));
  }
}

/** A refusal's text as a notice. */
export function noticeOf(text: string | undefined): Notice | undefined {
  return text === undefined ? undefined : { kind: 'error', text };
}
