import { Controller, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { fileTypes } from '../../../platform/web/file-body.js';
import { exportFile } from '../../../provisioning/export.js';
import { Provisioning } from '../../../provisioning/provisioning.service.js';
import { Filter } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { acceptedOf } from '../kernel/accepted.js';
import { ApiGuard } from '../kernel/guard.js';
import { send } from '../kernel/send.js';
import { planAnswer } from './plan-answer.js';
import { ApplyAnswer, ApplyQuery, ExportQuery, PlanAnswer, PlanQuery } from './provisioning.dto.js';
import { asProblem, sentFile } from './sent-file.js';

const tag = 'One file';

/** The file of P2, without a browser. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/provisioning')
export class ProvisioningController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'See what a file would do',
    about:
      'The body is the file, at most 16 MB. Nothing is written. Operator staff cannot be in it. Errors of the file are `faulty_file`, with line and column.',
    scopes: ['provisioning.read'],
    answer: PlanAnswer,
    file: true,
  })
  @Post('plan')
  async planFile(
    @Filter(PlanQuery) { prune = false, brief = false }: PlanQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const text = await sentFile(request);
    const settings = { prune, brief, forProgram: true, apart: true };
    const plan = await asProblem(this.provisioning.plan(text, settings));
    return send(reply, planAnswer(plan));
  }

  @Operation({
    tag,
    summary: 'Apply a file',
    about:
      'Does what the plan with this fingerprint says, in one transaction, and answers when it is done. When the answer is lost, make a plan: it says whether anything is left to do.',
    scopes: ['provisioning.write'],
    answer: ApplyAnswer,
    file: true,
    conflict: 'Something has changed since the plan, or somebody else is applying a file.',
  })
  @Post('apply')
  async applyFile(
    @Filter(ApplyQuery) { fingerprint, prune = false }: ApplyQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const text = await sentFile(request);
    const settings = { prune, fingerprint, forProgram: true, apart: true };
    const counts = await asProblem(this.provisioning.apply(request.caller!, text, settings));
    return send(reply, { counts } satisfies ApplyAnswer);
  }

  @Operation({
    tag,
    summary: 'Write the file',
    about: 'Everything but operator staff, as the file that a plan calls the same.',
    scopes: ['provisioning.read'],
    texts: fileTypes,
  })
  @Get('export')
  exportFile(
    @Filter(ExportQuery) { format }: ExportQuery,
    @Req() { headers }: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = format ?? (acceptedOf(headers.accept, fileTypes) === 'text/csv' ? 'csv' : 'yaml');
    const domains = this.config.DOMAINS === 'on';
    const settings = { forProgram: true, domains };
    const pieces = exportFile(this.dataSource, form, this.clock.now(), settings);
    return reply
      .header('cache-control', 'no-store')
      .header('vary', 'accept')
      .type(form === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/yaml')
      .send(Readable.from(pieces));
  }
}
