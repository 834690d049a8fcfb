import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import { Machine } from '../authentication/marks.js';
import { NotFound } from '../platform/refusals.js';
import { CalendarFeeds } from '../reminders/calendar-feeds.service.js';

/** Calendar feeds for calendar programs, which know no sign-in: the address itself is the proof (M11). */
@Machine()
@Controller('calendar')
export class CalendarController {
  constructor(private readonly feeds: CalendarFeeds) {}

  @Get(':file')
  async feed(
    @Param('file') file: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    // The address is a key: what is opened from here must not be told it.
    void reply.header('referrer-policy', 'no-referrer');
    const token = /^([\w-]{43})\.ics$/.exec(file)?.[1];
    if (!token) throw new NotFound('not the form of a feed');
    const text = await this.feeds.read(token, request.ip);
    const tag = `"${createHash('sha256').update(text).digest('base64url')}"`;
    void reply
      // Kept by the program that asked, by nobody between, and asked for each time.
      .header('cache-control', 'private, no-cache')
      .header('etag', tag)
      .header('x-robots-tag', 'noindex');
    if (matches(request.headers['if-none-match'], tag)) return reply.status(304).send();
    return reply
      .type('text/calendar; charset=utf-8')
      .header('content-disposition', 'inline; filename="keyturn.ics"')
      .send(text);
  }
}

/** RFC 9110 section 13.1.2, also as weakened on the way. */
function matches(wanted: string | undefined, tag: string): boolean {
  return (wanted ?? '').split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
}
