import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Machine } from '../authentication/marks.js';
import { CodeTokens } from '../authorization-code/code-tokens.service.js';
import { uncached } from '../platform/web/machine-errors.js';

/** Who has signed in, for the bearer of an access token (OpenID Connect Core 5.3, RFC 6750). */
@Machine()
@Controller('oauth2/userinfo')
export class UserinfoController {
  constructor(private readonly tokens: CodeTokens) {}

  @Get()
  get(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.answer(request, reply);
  }

  @Post()
  post(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.answer(request, reply);
  }

  /** The token is taken from its header alone, so that it stands in no address and no form. */
  private async answer({ headers }: FastifyRequest, reply: FastifyReply) {
    const token = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    const claims = token === undefined ? undefined : await this.tokens.userinfo(token);
    if (claims) return reply.status(200).headers(uncached).send(claims);
    const [error, error_description] = ['invalid_token', 'the access token is not good'];
    // Whoever shows none is told no error (RFC 6750 section 3).
    const more = token === undefined ? '' : `, error="${error}"`;
    return reply
      .status(401)
      .headers({ ...uncached, 'www-authenticate': `Bearer realm="Keyturn"${more}` })
      .send({ error, error_description });
  }
}
