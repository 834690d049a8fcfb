import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Patch,
  Post,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Problem } from '../../../platform/web/problems.js';
import { Secrets } from '../../../secrets/secrets.service.js';
import { findApplication } from '../applications/applications.query.js';
import { Filter, Id, Input } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { checkMatch } from '../kernel/etag.js';
import { ApiGuard } from '../kernel/guard.js';
import { ListQuery, pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { secretAnswer, secretTag, wishOf } from './secrets.answer.js';
import { CreatedSecret, NewSecret, SecretAnswer, SecretChange } from './secrets.dto.js';
import { findSecret, findSecrets } from './secrets.query.js';

const tag = 'Secrets';

/** An application's own secrets, managed by itself; others who may look see rows without values. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications/:id/secrets')
export class SecretsController {
  constructor(
    private readonly secrets: Secrets,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List an application’s secrets',
    scopes: lookers,
    listOf: SecretAnswer,
  })
  @Get()
  async listSecrets(
    @Id('id') id: string,
    @Filter(ListQuery) query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { manager } = this.dataSource;
    const list = `secrets-${id}`;
    const wish = pageWish(query, list);
    const now = this.clock.now();
    if (!(await findApplication(manager, request.caller!, id))) throw new NotFound();
    const rows = await findSecrets(manager, request.caller!, id, now, wish);
    const page = { list, wish, rows, base: this.config.PUBLIC_URL };
    return sendList(request, reply, page, (row) => secretAnswer(row, now));
  }

  @Operation({
    tag,
    summary: 'Create a secret',
    about:
      'For the caller’s own application. The value is in this answer alone. A retry with the same ' +
      'Idempotency-Key after a lost answer gets 409 `secret_already_created`, which names the secret ' +
      'that nobody knows: delete it, and create another one with a new key.',
    scopes: ['secrets.manage'],
    status: 201,
    answer: CreatedSecret,
    otherwise: {
      status: 200,
      answer: SecretAnswer,
      about: 'Nothing was created: the newest secret has more days left than asked for.',
    },
    once: true,
    tagged: true,
    conflict: 'The application is disabled, has as many secrets as it may, or the key was used.',
  })
  @Post()
  async createSecret(
    @Id('id') id: string,
    @Input(NewSecret) input: NewSecret,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(
      request,
      (tx) => this.make(tx, request, id, input),
      (tx, secretId) => this.orphan(tx, request, id, secretId),
    );
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at a secret',
    scopes: lookers,
    answer: SecretAnswer,
    tagged: true,
  })
  @Get(':secret')
  async getSecret(
    @Id('id') id: string,
    @Id('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(this.dataSource.manager, request, id, secretId);
    return send(reply, secretAnswer(row, this.clock.now()), { etag: secretTag(row) });
  }

  @Operation({
    tag,
    summary: 'Switch a secret off or on',
    scopes: ['secrets.manage'],
    answer: SecretAnswer,
    ifMatch: 'required',
    tagged: true,
    conflict: 'It has expired, so it cannot be switched on.',
  })
  @HttpCode(200)
  @Patch(':secret')
  async changeSecret(
    @Id('id') id: string,
    @Id('secret') secretId: string,
    @Input(SecretChange) { disabled }: SecretChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      await this.lock(tx, request, id, secretId, 'required');
      const caller = request.caller!;
      if (disabled) await this.secrets.switchOff(caller, id, secretId, tx);
      else await this.secrets.switchOn(caller, id, secretId, tx);
      return this.find(tx, request, id, secretId);
    });
    return send(reply, secretAnswer(row, this.clock.now()), { etag: secretTag(row) });
  }

  @Operation({
    tag,
    summary: 'Delete a secret',
    about: 'At once and for ever; also the one that this very token was bought with.',
    scopes: ['secrets.manage'],
    status: 204,
    ifMatch: 'optional',
  })
  @Delete(':secret')
  async deleteSecret(
    @Id('id') id: string,
    @Id('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      await this.lock(tx, request, id, secretId, 'optional');
      await this.secrets.delete(request.caller!, id, secretId, tx);
    });
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, id: string, input: NewSecret): Promise<Made> {
    const caller = request.caller!;
    const wish = wishOf(input);
    const { minimumDaysRemaining: days } = input;
    const { secret, value } =
      days === undefined
        ? await this.secrets.issue(caller, id, wish, tx)
        : await this.secrets.issueWhenNeeded(caller, id, wish, days, tx);
    const row = await this.find(tx, request, id, secret.id);
    const answer = secretAnswer(row, this.clock.now());
    return {
      status: value === undefined ? 200 : 201,
      id: secret.id,
      location: this.placeOf(id, secret.id),
      body: value === undefined ? answer : ({ ...answer, value } satisfies CreatedSecret),
      etag: secretTag(row),
      secret: true,
    };
  }

  /** S4: the value cannot be told again, and there is no second secret behind the caller's back. */
  private async orphan(tx: Tx, request: FastifyRequest, id: string, secretId: string) {
    await tx.query(
      `update secrets set lost_at = $2 where id = $1 and last_used_at is null and lost_at is null`,
      [secretId, this.clock.now()],
    );
    const row = await findSecret(tx, request.caller!, id, secretId, this.clock.now());
    const text =
      'An earlier request with this Idempotency-Key created a secret. Its value is not told twice: ' +
      'delete that secret if its answer did not arrive, and create another one with a new key.';
    return new Problem(
      409,
      'secret_already_created',
      row ? text : `${text} It is deleted by now.`,
      {
        headers: { location: this.placeOf(id, secretId) },
        members: { secret: row ? secretAnswer(row, this.clock.now()) : { id: secretId } },
      },
    );
  }

  /** The application's row is what all changes of its secrets wait for. */
  private async lock(
    tx: Tx,
    request: FastifyRequest,
    id: string,
    secretId: string,
    needed: 'required' | 'optional',
  ): Promise<void> {
    await tx.query(`select 1 from applications where id = $1 for update`, [id]);
    checkMatch(request, secretTag(await this.find(tx, request, id, secretId)), needed);
  }

  private async find(db: EntityManager, request: FastifyRequest, id: string, secretId: string) {
    const row = await findSecret(db, request.caller!, id, secretId, this.clock.now());
    if (!row) throw new NotFound('no such secret for this caller, or deleted');
    return row;
  }

  private placeOf(id: string, secretId: string): string {
    return `${this.config.PUBLIC_URL}/api/v1/applications/${id}/secrets/${secretId}`;
  }
}
