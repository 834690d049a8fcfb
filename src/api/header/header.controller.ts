import {
  Controller,
  Delete,
  Get,
  Header,
  HttpException,
  Options,
  Patch,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Machine } from '../../authentication/marks.js';
import { Clock } from '../../platform/clock.js';
import { Config } from '../../platform/config/config.js';
import { success } from '../../platform/web/envelope.js';
import { uncached } from '../../platform/web/machine-errors.js';
import { checkBodyType } from './body-type.js';
import { HeaderEndpoints, type HeaderPost } from './header-endpoints.service.js';
import { infoOf } from './info.js';

const postRoutes = ['sign-token', 'sign-token-verify', 'get/user/info'];

/** Header authentication, and signing users in by the hand-off of tokens. */
@Machine()
@Controller('api')
export class HeaderController {
  constructor(
    private readonly endpoints: HeaderEndpoints,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {}

  @Get('info')
  info(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const client = { ip: request.ip, user_agent: request.headers['user-agent'] ?? null };
    const info = infoOf(this.config, this.clock.now(), client);
    return reply.headers(uncached).send(success('The service is here.', info));
  }

  @Post('sign-token')
  async signToken(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return send(reply, await this.endpoints.signToken(postOf(request, reply)));
  }

  @Post('sign-token-verify')
  async signTokenVerify(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return send(reply, await this.endpoints.signTokenVerify(postOf(request, reply)));
  }

  @Post('get/user/info')
  async userInfo(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return send(reply, await this.endpoints.userInfo(postOf(request, reply)));
  }

  @Get(postRoutes)
  @Header('allow', 'POST')
  get(): never {
    throw new HttpException('', 405);
  }

  @Put(postRoutes)
  @Header('allow', 'POST')
  put(): never {
    throw new HttpException('', 405);
  }

  @Delete(postRoutes)
  @Header('allow', 'POST')
  delete(): never {
    throw new HttpException('', 405);
  }

  @Patch(postRoutes)
  @Header('allow', 'POST')
  patch(): never {
    throw new HttpException('', 405);
  }

  @Options(postRoutes)
  @Header('allow', 'POST')
  options(): never {
    throw new HttpException('', 405);
  }

  @Post('info')
  @Header('allow', 'GET')
  postInfo(): never {
    throw new HttpException('', 405);
  }
}

/** @throws HttpException for a body of another kind */
function postOf(request: FastifyRequest, reply: FastifyReply): HeaderPost {
  checkBodyType(request);
  const { headers, body, ip: address, protocol } = request;
  const tell = (more: Record<string, string>) => void reply.headers(more);
  return { headers, body, address, secure: protocol === 'https', tell };
}

function send(reply: FastifyReply, body: object): FastifyReply {
  return reply.status(200).headers(uncached).send(body);
}
