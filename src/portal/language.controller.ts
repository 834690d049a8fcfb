import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../authentication/marks.js';
import { OwnAccount } from '../authentication/own-account.service.js';
import { Config } from '../platform/config/config.js';
import { isLanguage } from '../platform/language/languages.js';
import { clearCookie, setCookie } from '../platform/web/cookies.js';
import { readForm } from '../platform/web/form.js';
import { safeNext } from '../platform/web/next.js';

class LanguageForm {
  language = '';
  next = '';
}

/** The language of pages and mails: of the account, or of this browser until somebody signs in. */
@Controller('language')
export class LanguageController {
  constructor(
    private readonly account: OwnAccount,
    private readonly config: Config,
  ) {}

  @Public()
  @Post()
  async choose(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { language, next } = readForm(LanguageForm, body);
    if (isLanguage(language)) {
      const { live } = request;
      // Also of a locked session: whose it is, is known.
      if (live?.session.stage === 'full') {
        await this.account.speak(live.viewer.id, language);
        clearCookie(this.config, reply, 'language');
      } else setCookie(this.config, reply, 'language', language);
    }
    return reply.redirect(safeNext(next) ?? '/', 303);
  }

  /** The address of a form, loaded anew. */
  @Public()
  @Get()
  again(@Res() reply: FastifyReply) {
    return reply.redirect('/', 303);
  }
}
