import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Keys } from '../platform/keys/keys.js';
import { startSeconds } from '../sign-token/login-requests.service.js';
import { newToken } from '../sign-token/sign-in-token.js';
import type { AuthorizationRequest } from './authorization-request.js';

/** A registered address of an application to which browsers may be sent. */
export interface ClientAddress {
  applicationId: string;
  domainId: string;
  redirectUrl: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const address = /^[\x21-\x7e]{1,2000}$/;

/** Requests for a code: each becomes a sign-in request, which its person agrees to or declines. */
@Injectable()
export class Authorizations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /**
   * @param redirectUri as it came: it is compared character for character
   * @returns nothing where no browser may be sent, whatever the reason
   */
  async clientAt(clientId: unknown, redirectUri: unknown): Promise<ClientAddress | undefined> {
    if (typeof clientId !== 'string' || !uuid.test(clientId)) return undefined;
    if (typeof redirectUri !== 'string' || !address.test(redirectUri)) return undefined;
    const [row] = await this.dataSource.query<ClientAddress[]>(
      `select a.id as "applicationId", d.id as "domainId", u.url as "redirectUrl"
       from applications a join domains d on d.application_id = a.id
       join domain_urls u on u.domain_id = d.id
       where a.client_id = $1 and a.deleted_at is null and a.disabled_at is null
         and d.deleted_at is null and d.active and d.allow_login
         and u.kind = 'callback' and u.active and u.url = $2
       order by d.is_primary desc, d.id limit 1`,
      [clientId.toLowerCase(), redirectUri],
    );
    return row;
  }

  /**
   * From the start it is this person's: nobody else goes on with it.
   * @param signedInAt when they proved who they are
   * @returns the path where they are asked
   */
  async begin(
    userId: string,
    { applicationId, domainId, redirectUrl }: ClientAddress,
    { scope, state, nonce, codeChallenge }: AuthorizationRequest,
    signedInAt: Date,
  ): Promise<string> {
    const token = newToken();
    const now = this.clock.now();
    await this.dataSource.query(
      `insert into login_requests (id, application_id, domain_id, redirect_url, start_digest,
         created_at, start_ends_at, user_id, kind, scope, state, nonce, code_challenge, auth_time)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 'code', $9, $10, $11, $12, $13)`,
      [
        ...[randomUUID(), applicationId, domainId, redirectUrl],
        ...[this.keys.digest('sign-in token', token).digest, now],
        ...[new Date(now.getTime() + startSeconds * 1000), userId],
        ...[scope, state, nonce, codeChallenge, signedInAt],
      ],
    );
    return `/sign-in-to/${token}`;
  }
}
