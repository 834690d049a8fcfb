import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { language, t } from '../platform/language/speaking.js';
import { Invalid, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { exportFile } from '../provisioning/export.js';
import { UnreadableFile } from '../provisioning/file-text.js';
import type { Plan } from '../provisioning/plan.js';
import { Provisioning } from '../provisioning/provisioning.service.js';
import { doneNotice } from './done.js';
import { provisioningPage } from './provisioning.page.js';

class FileForm {
  text = '';
  prune = '';
  fingerprint = '';
}

/** More than anybody pastes; the command takes it. */
const longestText = 512 * 1024;

/** The file of P2: paste it or choose it, see what it would do, apply exactly that. */
@ItOnly()
@Controller('admin/provisioning')
export class ProvisioningController {
  constructor(
    private readonly provisioning: Provisioning,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Get()
  form(@Query('done') done: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/provisioning',
      title: t`Provisioning`,
      notice: doneNotice(done),
      model: provisioningPage({ value: '' }, false),
    }));
  }

  /** Addresses of the page's forms: who loads one anew gets the page itself. */
  @Get(['plan', 'apply'])
  backToPage(@Res() reply: FastifyReply) {
    return reply.redirect('/admin/provisioning', 303);
  }

  @Get('export.:form')
  export(@Param('form') form: string, @Res() reply: FastifyReply) {
    if (form !== 'yaml' && form !== 'csv') throw new NotFound('no such form of export');
    const now = this.clock.now();
    const domains = this.config.DOMAINS === 'on';
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="keyturn-${utcDay(now)}.${form}"`)
      .type(form === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/yaml')
      .send(Readable.from(exportFile(this.dataSource, form, now, { domains })));
  }

  @StepUp(() => t`see what the file would do`)
  @Post('plan')
  async plan(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(FileForm, body);
    try {
      return this.show(request, reply, form, await this.planOf(request, form));
    } catch (error) {
      return this.show(request, reply, form, undefined, error);
    }
  }

  @StepUp(() => t`apply this plan`)
  @Post('apply')
  async apply(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(FileForm, body);
    const { text, fingerprint } = form;
    try {
      const settings = { prune: form.prune === 'yes', fingerprint, apart: true };
      await this.provisioning.apply(request.viewer!, checked(text), settings);
      return await reply.redirect('/admin/provisioning?done=applied', 303);
    } catch (error) {
      // What has changed is best seen in a new plan.
      const plan = await this.planOf(request, form).catch(() => undefined);
      return this.show(request, reply, form, plan, error);
    }
  }

  private planOf(request: FastifyRequest, { text, prune }: FileForm): Promise<Plan> {
    const reader = this.pages.speaking(request, language);
    const settings = { prune: prune === 'yes', apart: true, language: reader };
    return this.provisioning.plan(checked(text), settings);
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    form: FileForm,
    plan?: Plan,
    error?: unknown,
  ) {
    const told =
      error instanceof UnreadableFile ? new Invalid({ text: () => error.publicText }) : error;
    return this.pages.send(request, reply, () => ({
      view: 'admin/provisioning',
      title: t`Provisioning`,
      error: told,
      status: plan && plan.problems.length > 0 ? 422 : undefined,
      model: provisioningPage(fieldsOf(form, told).text, form.prune === 'yes', plan),
    }));
  }
}

function checked(text: string): string {
  if (text.trim() === '') throw new UnreadableFile(() => t`Paste a file, or choose one.`);
  if (text.length > longestText) {
    throw new UnreadableFile(
      () =>
        t`This page takes files of up to 512 KB. Use the command "keyturn plan" for a larger one.`,
    );
  }
  return text;
}
