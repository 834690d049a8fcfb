import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { type Prepared, runPrepared } from '../platform/database/prepared.js';
import { Keys } from '../platform/keys/keys.js';
import type { Question } from '../secrets/credential-lookup.js';
import type { Claims } from './access-token.js';

/** 256 random bits after a mark by which scanners find it. */
const form = /^kto1_[A-Za-z0-9_-]{43}$/;

export interface OpaqueWish {
  secretId: string;
  resourceId: string;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
}

interface Row {
  jti: string;
  secretId: string;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
  clientId: string;
  organisationId: string;
  audience: string;
  scope: string;
}

/**
 * Tokens that say nothing by themselves, for resources whose server asks about each (T3). Of a token
 * only a keyed digest is stored, so the database holds none that could be used.
 */
@Injectable()
export class OpaqueTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  async issue({ secretId, resourceId, issuedAt, expiresAt }: OpaqueWish): Promise<string> {
    const token = `kto1_${randomBytes(32).toString('base64url')}`;
    await runPrepared(this.dataSource, insert, [
      this.keys.digest('token', token).digest,
      randomUUID(),
      secretId,
      resourceId,
      new Date(issuedAt * 1000),
      new Date(expiresAt * 1000),
    ]);
    return token;
  }

  /** What is behind a token, as it is at this moment (T5). */
  readonly stillGood = stillGood;

  /** The values of that question; `undefined` for what cannot be a token of ours. */
  digestsOf(token: string): { token_digests: string[] } | undefined {
    if (!form.test(token)) return undefined;
    const digests = this.keys.digests('token', token);
    return { token_digests: digests.map((digest) => `\\x${digest.toString('hex')}`) };
  }

  /** What a good token would say as a JWT. @param answer to the question */
  read(answer: unknown): Claims | undefined {
    return answer ? this.claims(answer as Row) : undefined;
  }

  /** Ends it, when it is this client's. */
  async revoke(clientId: string, token: string): Promise<void> {
    if (!form.test(token)) return;
    await this.dataSource.query(
      `delete from opaque_tokens t using secrets s, applications a
       where t.digest = any($1) and s.id = t.secret_id and a.id = s.application_id
         and a.client_id = $2`,
      [this.keys.digests('token', token), clientId],
    );
  }

  @Interval(600_000)
  async forgetEnded(): Promise<void> {
    await this.dataSource
      .query(`delete from opaque_tokens where expires_at < $1`, [this.clock.now()])
      .catch(() => undefined);
  }

  private claims(row: Row): Claims {
    return {
      iss: this.config.PUBLIC_URL,
      aud: row.audience,
      sub: row.clientId,
      client_id: row.clientId,
      iat: row.issuedAt,
      exp: row.expiresAt,
      jti: row.jti,
      scope: row.scope,
      secret_id: row.secretId,
      organisation_id: row.organisationId,
    };
  }
}

const insert: Prepared = {
  name: 'opaque token',
  text: `
    insert into opaque_tokens (digest, jti, secret_id, resource_id, issued_at, expires_at)
    values ($1, $2, $3, $4, $5, $6)`,
};

const stillGood: Question = {
  name: 'opaque token still good',
  columns: { token_digests: 'bytea[]' },
  sql: `
    (select json_build_object('jti', t.jti, 'secretId', t.secret_id,
        'issuedAt', floor(extract(epoch from t.issued_at)),
        'expiresAt', floor(extract(epoch from t.expires_at)),
        'clientId', b.client_id, 'organisationId', b.organisation_id,
        'audience', r.audience, 'scope', r.scope)
      from opaque_tokens t
      join secrets o on o.id = t.secret_id
      join applications b on b.id = o.application_id
      join grants g on g.application_id = b.id and g.resource_id = t.resource_id
      join resources r on r.id = t.resource_id
      where t.digest = any(q.token_digests) and t.expires_at > $1
        and o.deleted_at is null and o.disabled_at is null and o.expires_at > $1
        and b.deleted_at is null and b.disabled_at is null)`,
};
