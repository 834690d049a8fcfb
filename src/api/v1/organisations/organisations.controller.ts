import { Controller, Get, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Organisations } from '../../../organisations/organisations.service.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Filter, Id, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { given } from '../kernel/given.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send } from '../kernel/send.js';
import {
  NewOrganisation,
  OrganisationAnswer,
  OrganisationChange,
  OrganisationQuery,
} from './organisations.dto.js';
import {
  findOrganisation,
  findOrganisations,
  type OrganisationRow,
} from './organisations.query.js';

const tag = 'Organisations';

/** Members (P1). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/organisations')
export class OrganisationsController {
  constructor(
    private readonly organisations: Organisations,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List organisations',
    scopes: ['provisioning.read'],
    listOf: OrganisationAnswer,
  })
  @Get()
  async listOrganisations(
    @Filter(OrganisationQuery) query: OrganisationQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'organisations';
    const wish = pageWish(query, list);
    const rows = await findOrganisations(this.dataSource.manager, query, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Create an organisation',
    scopes: ['provisioning.write'],
    status: 201,
    answer: OrganisationAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createOrganisation(
    @Input(NewOrganisation) input: NewOrganisation,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at an organisation',
    scopes: ['provisioning.read'],
    answer: OrganisationAnswer,
    tagged: true,
  })
  @Get(':id')
  async getOrganisation(@Id('id') id: string, @Res() reply: FastifyReply) {
    const row = found(await findOrganisation(this.dataSource.manager, id));
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Change an organisation',
    about: 'What is left out stays. Names of applications stay as they are.',
    scopes: ['provisioning.write'],
    answer: OrganisationAnswer,
    ifMatch: 'required',
    tagged: true,
  })
  @Patch(':id')
  async changeOrganisation(
    @Id('id') id: string,
    @Input(OrganisationChange) change: OrganisationChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = found(await findOrganisation(tx, id, true));
      checkMatch(request, tagOf(before), 'required');
      const { country, name, slug, ion } = { ...before, ...given(change) };
      const wish = { country, name, slug, ion: ion ?? '' };
      await this.organisations.change(request.caller!, id, wish, tx);
      return found(await findOrganisation(tx, id));
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewOrganisation): Promise<Made> {
    const { country, name, slug, ion } = input;
    const wish = { country, name, slug, ion: ion ?? '' };
    const { id } = await this.organisations.create(request.caller!, wish, tx);
    const row = found(await findOrganisation(tx, id));
    return {
      status: 201,
      id,
      location: `${this.config.PUBLIC_URL}/api/v1/organisations/${id}`,
      body: answerOf(row),
      etag: tagOf(row),
    };
  }
}

function found(row: OrganisationRow | undefined): OrganisationRow {
  if (!row) throw new NotFound('no such organisation');
  return row;
}

function answerOf(row: OrganisationRow): OrganisationAnswer {
  const { id, country, name, slug, ion, operator, createdAt } = row;
  return { id, country, name, slug, ion, operator, createdAt: createdAt.toISOString() };
}

function tagOf({ id, country, name, slug, ion }: OrganisationRow): string {
  return etagOf('organisation', id, country, name, slug, ion);
}
