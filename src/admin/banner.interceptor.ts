import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { DataSource } from 'typeorm';
import { Watch } from '../reminders/watch.service.js';
import { countOpenRequests } from './role-requests.query.js';

/** Shows operator staff on every page what is wrong with the reminders (M12), and what waits for them (R5). */
@Injectable()
export class BannerInterceptor implements NestInterceptor {
  constructor(
    private readonly watch: Watch,
    private readonly dataSource: DataSource,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (request.viewer?.it) {
      const { troubles } = await this.watch.now();
      request.alerts = troubles.map(({ text }) => ({ text, href: '/admin/reminders' }));
      request.waiting = { '/admin/role-requests': await countOpenRequests(this.dataSource) };
    }
    return next.handle();
  }
}
