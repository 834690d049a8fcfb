import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { speaking } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { instantText } from '../platform/words.js';
import { languageOfAccount } from './account-language.js';
import { type AccountEvent, accountNotice } from './account-notice.js';

export interface Owner {
  id: string;
  name: string;
  email: string;
}

/** Tells people by mail what happened to their account, so that a stranger cannot do it unseen. */
@Injectable()
export class AccountNotices {
  constructor(
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Writes the mail in the transaction of the change; `send` once that is committed.
   * @param address where it was done from, when the owner's browser or somebody else's did it
   */
  async tell(
    tx: Tx,
    owner: Owner,
    event: AccountEvent,
    address: string | null = null,
  ): Promise<void> {
    const mail = speaking(await languageOfAccount(tx, owner.id), () => {
      const when = instantText(this.clock.now());
      const notice = accountNotice(event, when, address, this.config);
      return {
        subject: notice.subject,
        ...renderMail('notice', { ...notice, to: owner.email }),
      };
    });
    const to = { name: owner.name, address: owner.email };
    await this.outbox.enqueue(tx, { kind: 'notice', userId: owner.id, to, ...mail });
  }

  send(): void {
    this.outbox.kick();
  }
}
