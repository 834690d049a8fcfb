import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { inTransaction } from '../platform/database/tx.js';
import { Invalid, NotFound } from '../platform/refusals.js';
import { Resource, type TokenFormat } from './application.entity.js';

export interface TokenWish {
  /** How long its tokens live, 1 to 60; as typed. */
  minutes: string;
  format: string;
}

/** What IT sets for a resource (T3). Who may call it is decided at the door: IT alone. */
@Injectable()
export class Resources {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
  ) {}

  /** Holds for tokens from now on; earlier ones live as they were made. @throws Invalid, NotFound */
  async setTokens(actor: Actor, id: string, wish: TokenWish): Promise<void> {
    const { minutes, format } = checked(wish);
    await inTransaction(this.dataSource, async (tx) => {
      const resource = await tx.findOne(Resource, {
        where: { id },
        lock: { mode: 'pessimistic_write' },
      });
      if (!resource) throw new NotFound('no such resource');
      if (format === 'opaque' && resource.scopes.length > 0) {
        throw new Invalid({ format: 'Tokens for this resource name their scopes: choose JWT.' });
      }
      if (resource.tokenSeconds === minutes * 60 && resource.tokenFormat === format) return;
      await tx.update(Resource, { id }, { tokenSeconds: minutes * 60, tokenFormat: format });
      await this.audit.record(tx, actor, {
        action: 'resource.set_tokens',
        subject: { kind: 'resource', id, name: `${resource.name} (${resource.environment})` },
        detail: { minutes: String(minutes), format },
      });
    });
  }
}

function checked({ minutes, format }: TokenWish): { minutes: number; format: TokenFormat } {
  const fields: Record<string, string> = {};
  const whole = /^\s*(\d{1,2})\s*$/.exec(minutes)?.[1];
  const number = Number(whole ?? 0);
  if (number < 1 || number > 60) fields.minutes = 'Type a whole number of minutes from 1 to 60.';
  if (format !== 'jwt' && format !== 'opaque') fields.format = 'Choose one of the two forms.';
  if (Object.keys(fields).length > 0) throw new Invalid(fields);
  return { minutes: number, format: format as TokenFormat };
}
