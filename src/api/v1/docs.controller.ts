import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Public } from '../../authentication/marks.js';
import { Config } from '../../platform/config/config.js';
import { Pages } from '../../platform/web/pages.js';
import { Routes } from './contract/routes.js';
import { docsPage } from './docs.page.js';

/** The OpenAPI document as a page of the house. */
@Public()
@Controller('api/v1/docs')
export class DocsController {
  constructor(
    private readonly routes: Routes,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Get()
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'api/docs',
      title: 'API',
      model: docsPage(this.routes.all(), this.config.PUBLIC_URL),
    }));
  }
}
