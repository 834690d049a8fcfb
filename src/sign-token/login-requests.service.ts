import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import type { HeaderClient } from '../domains/header-check.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { Keys } from '../platform/keys/keys.js';
import type { DomainReason } from '../secrets/secret-use.entity.js';
import { clientUserSight, type ClientUserSight, reasonAgainstUser } from './client-user-sight.js';
import { type Identity, identityOf } from './identity.js';
import { isToken, newToken } from './sign-in-token.js';

/** A sign-in that an application has asked for. */
export interface StartedLogin {
  /** Stands in `url`, and is good for nothing else. */
  token: string;
  expiresAt: Date;
  /** Where the browser is sent. */
  url: string;
}

export const startSeconds = 600;
const keptDays = 2;

/** What an application does for a sign-in: ask for it, and collect who it was. */
@Injectable()
export class LoginRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Check 13 and the insert are one statement.
   * @returns nothing when the address is no active callback of the domain, character for character
   */
  async start(client: HeaderClient, redirectUrl: string): Promise<StartedLogin | undefined> {
    // What cannot be an address is none of the domain, and some of it the database would not take.
    if (!/^[\x21-\x7e]{1,2000}$/.test(redirectUrl)) return undefined;
    const token = newToken();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + startSeconds * 1000);
    const made = await this.dataSource.query<unknown[]>(
      `insert into login_requests
         (id, application_id, domain_id, redirect_url, start_digest, created_at, start_ends_at)
       select $1, $2, u.domain_id, u.url, $3, $4, $5 from domain_urls u
       where u.domain_id = $6 and u.kind = 'callback' and u.url = $7 and u.active
       returning id`,
      [
        ...[randomUUID(), client.applicationId, this.keys.digest('sign-in token', token).digest],
        ...[now, expiresAt, client.domain.id, redirectUrl],
      ],
    );
    if (made.length === 0) return undefined;
    return { token, expiresAt, url: `${this.config.PUBLIC_URL}/sign-in-to/${token}` };
  }

  /**
   * Checks 14 and 15. Of parallel calls one marks the token as used; it belongs to the application, on
   * whichever of its domains it calls.
   * @returns who has signed in, or why the call is refused
   */
  async collect(client: HeaderClient, token: unknown): Promise<Identity | DomainReason> {
    if (!isToken(token)) return 'token_invalid';
    const [row] = await this.dataSource.query<
      { user: ClientUserSight; environment: 'live' | 'test' }[]
    >(collecting, [
      ...[this.keys.digests('sign-in token', token), client.applicationId, this.clock.now()],
      client.domain.id,
    ]);
    if (!row) return 'token_invalid';
    const testing = row.environment === 'test' || client.domain.environment === 'test';
    const reason = reasonAgainstUser(row.user, testing ? 'test' : 'live');
    return reason ?? identityOf(row.user);
  }

  /** Nothing is collected any more of what is that old. */
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptDays * 86_400_000);
    await this.dataSource.query('delete from login_requests where created_at < $1', [before]);
  }
}

const collecting = `
  with used as (
    update login_requests set used_at = $3
    where result_digest = any ($1) and kind = 'token' and application_id = $2 and used_at is null
      and result_ends_at > $3
    returning user_id, domain_id)
  select ${clientUserSight('$2', '$4::uuid')} as user, d.environment
  from used l join domains d on d.id = l.domain_id
  join users u on u.id = l.user_id join subjects j on j.user_id = u.id`;
