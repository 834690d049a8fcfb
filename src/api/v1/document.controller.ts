import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Machine } from '../../authentication/marks.js';
import { Config } from '../../platform/config/config.js';
import { documentOf } from './contract/document.js';
import { Operation } from './contract/operation.js';
import { Routes } from './contract/routes.js';

/** The description of this API, made from the code that runs. */
@Machine()
@Controller('api/v1')
export class DocumentController {
  constructor(
    private readonly routes: Routes,
    private readonly config: Config,
  ) {}

  @Operation({
    tag: 'This API',
    summary: 'This document',
    about: 'OpenAPI 3.1. The same for readers is at `/api/v1/docs`.',
    scopes: 'public',
    anyObject: true,
  })
  @Get('openapi.json')
  getDocument(@Res() reply: FastifyReply) {
    const document = documentOf(this.routes.all(), this.config.PUBLIC_URL);
    return reply
      .header('cache-control', 'public, max-age=300')
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(document));
  }
}
