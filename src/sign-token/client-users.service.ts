import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction } from '../platform/database/tx.js';
import { NotFound } from '../platform/refusals.js';

/** The connections of users with applications. */
@Injectable()
export class ClientUsers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * The application learns nothing more of the user, from its next call on; a sign-in that is on its way
   * cannot be collected.
   * @throws NotFound when there is no active connection
   */
  async revoke(user: Actor & { id: string }, applicationId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [, changed] = await tx.query<[unknown, number]>(
        `update client_users set revoked_at = $3
         where application_id = $1 and user_id = $2 and revoked_at is null`,
        [applicationId, user.id, this.clock.now()],
      );
      if (changed === 0) throw new NotFound('not connected');
      const [{ organisationId }] = await tx.query<[{ organisationId: string }]>(
        `select organisation_id as "organisationId" from applications where id = $1`,
        [applicationId],
      );
      await this.audit.record(tx, user, {
        action: 'client_user.revoke',
        subject: { kind: 'client_user', id: user.id, name: user.name },
        ...{ applicationId, organisationId },
      });
    });
  }
}
