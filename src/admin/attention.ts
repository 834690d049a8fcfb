import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Attention, AttentionSource } from '../platform/web/frame.js';
import { Watch } from '../reminders/watch.service.js';
import { countOpenRequests } from './role-requests.query.js';

/** What is wrong with the reminders (M12), and how many role requests wait (R5). */
@Injectable()
export class OperatorAttention extends AttentionSource {
  constructor(
    private readonly watch: Watch,
    private readonly dataSource: DataSource,
  ) {
    super();
  }

  async current(): Promise<Attention> {
    const { troubles } = await this.watch.now();
    return {
      alerts: troubles.map(({ text }) => ({ text, href: '/admin/reminders' })),
      waiting: { '/admin/role-requests': await countOpenRequests(this.dataSource) },
    };
  }
}
