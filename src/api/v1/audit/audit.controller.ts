import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { Filter } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { instantParameter } from '../kernel/instant-parameter.js';
import { pageWish, sendList } from '../kernel/list.js';
import { AuditEventAnswer, AuditQuery } from './audit.dto.js';
import { type EventRow, findEvents } from './audit.query.js';

/** What happened (P3). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/audit-events')
export class AuditController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag: 'Audit',
    summary: 'List what happened',
    about: 'The newest first. A member’s application sees what happened to itself.',
    scopes: ['audit.read'],
    listOf: AuditEventAnswer,
  })
  @Get()
  async listAuditEvents(
    @Filter(AuditQuery) query: AuditQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'audit';
    const wish = pageWish(query, list, /^\d{1,18}$/);
    const { applicationId, organisationId, action } = query;
    const from = instantParameter('from', query.from);
    const until = instantParameter('until', query.until);
    const filter = { applicationId, organisationId, action, from, until };
    const rows = await findEvents(this.dataSource.manager, request.caller!, filter, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }
}

function answerOf(row: EventRow): AuditEventAnswer {
  return {
    id: row.id,
    at: row.at.toISOString(),
    actor: row.actor,
    actorId: row.actorId,
    action: row.action,
    subjectKind: row.subjectKind,
    subjectId: row.subjectId,
    subject: row.subject,
    applicationId: row.applicationId,
    organisationId: row.organisationId,
    outcome: row.outcome,
    detail: row.detail,
    address: row.address,
  };
}
