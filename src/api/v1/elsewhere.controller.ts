import { All, Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Machine } from '../../authentication/marks.js';
import { NotFound } from '../../platform/refusals.js';
import { Problem } from '../../platform/web/problems.js';
import { Routes } from './contract/routes.js';

/** Whatever no other route takes: a known address with another method, or nothing. */
@Machine()
@Controller('api/v1')
export class ElsewhereController {
  constructor(private readonly routes: Routes) {}

  @All('*')
  elsewhere(@Req() { url }: FastifyRequest): never {
    const allow = this.routes.methodsAt(url.split('?')[0]!);
    if (allow.length === 0) throw new NotFound('no such address');
    throw new Problem(405, 'method_not_allowed', `This address takes ${allow.join(', ')}.`, {
      headers: { allow: allow.join(', ') },
    });
  }
}
