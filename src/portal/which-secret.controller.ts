import { Body, Controller, Get, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { type Finding, WhichSecret } from '../secrets/which-secret.service.js';
import { findApplications } from './credentials.query.js';
import type { WhichSecretPage } from './models.js';
import { whichSecretAnswer } from './which-secret.page.js';

class PastedForm {
  pasted = '';
}

/** A manager pastes a value and is told what it is (S14). The answer never repeats it. */
@Controller('which-secret')
export class WhichSecretController {
  constructor(
    private readonly whichSecret: WhichSecret,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.show(request, reply);
  }

  @Post()
  async identify(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const pasted = readForm(PastedForm, body).pasted.trim();
    try {
      if (!pasted) throw new Invalid({ pasted: () => t`Paste the value here.` });
      const finding = await this.whichSecret.identify(request.viewer!.id, pasted);
      return this.show(request, reply, await this.answer(request, finding));
    } catch (error) {
      return this.show(request, reply, undefined, error);
    }
  }

  private async answer(
    request: FastifyRequest,
    finding: Finding,
  ): Promise<() => WhichSecretPage['answer']> {
    const { kind } = finding;
    if (kind !== 'found') return () => whichSecretAnswer(kind);
    const now = this.clock.now();
    const [row] = await findApplications(this.dataSource, request.viewer!, now, {
      ...finding,
      limit: 1,
    });
    const secret = row?.secrets.find(({ id }) => id === finding.secretId);
    return () => whichSecretAnswer(row && secret ? { row, secret, now } : 'not_yours');
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    answer?: () => WhichSecretPage['answer'],
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, () => ({
      view: 'portal/which-secret',
      title: t`Which secret is this?`,
      error,
      model: {
        answer: answer?.(),
        pasted: { value: '', error: error instanceof Invalid ? error.fields.pasted : undefined },
      } satisfies WhichSecretPage,
    }));
  }
}
