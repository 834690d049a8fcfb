import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { plural, t } from '../platform/language/speaking.js';
import { type Attention, AttentionSource } from '../platform/web/frame.js';
import { Watch } from '../reminders/watch.service.js';
import { invitationsHref, verificationsHref } from './hrefs.js';
import { countRefusedInvitations } from './invitations.query.js';
import { countOpenRequests } from './role-requests.query.js';
import { countPendingVerifications } from './verifications.query.js';

/** What is wrong with the reminders (M12) and invitations, and how many role requests wait (R5). */
@Injectable()
export class OperatorAttention extends AttentionSource {
  constructor(
    private readonly watch: Watch,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {
    super();
  }

  async current(): Promise<Attention> {
    const { troubles } = await this.watch.now();
    const refused = await countRefusedInvitations(this.dataSource);
    return {
      alerts: () => [
        ...troubles.map(({ text }) => ({
          text: text(),
          href: '/admin/reminders',
          label: t`Reminder runs`,
        })),
        ...(refused > 0
          ? [{ text: refusedText(refused), href: invitationsHref, label: t`Open invitations` }]
          : []),
      ],
      waiting: {
        '/admin/role-requests': await countOpenRequests(this.dataSource),
        ...(this.config.DOMAINS === 'on' && {
          [verificationsHref]: await countPendingVerifications(this.dataSource),
        }),
      },
    };
  }
}

function refusedText(count: number): string {
  return plural(
    count,
    t`The mail server refused an invitation: whoever was invited does not know.`,
    t`The mail server refused ${count} invitations: whoever was invited does not know.`,
  );
}
