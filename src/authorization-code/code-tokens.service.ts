import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { type UserFacts } from '../sign-token/identity.js';
import { endSignIn, kindOf } from './code-tokens.js';
import { type UserClaims, userClaims } from './user-claims.js';
import { mayComeBack, secretStands, signInStands } from './standing.js';

interface Row extends UserFacts {
  scope: string;
  /** Seconds since 1970. */
  issuedAt: number;
  expiresAt: number;
}

/** What the tokens of a sign-in are good for, judged in the database at every call. */
@Injectable()
export class CodeTokens {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @returns nothing for a token that is not good, whatever the reason */
  async userinfo(token: string): Promise<UserClaims | undefined> {
    if (kindOf(token) !== 'access') return undefined;
    const row = await this.find(token, null);
    return row && userClaims(row, row.scope);
  }

  /** RFC 7662, for the client whose token it is; others learn nothing. */
  async describe(clientId: string, token: string): Promise<object> {
    const row = await this.find(token, clientId);
    if (!row) return { active: false };
    const { scope, sub, issuedAt, expiresAt } = row;
    return {
      ...{ active: true, iss: this.config.PUBLIC_URL, client_id: clientId, sub, scope },
      ...{ iat: issuedAt, exp: expiresAt },
      ...(kindOf(token) === 'access' && { token_type: 'Bearer' }),
    };
  }

  /** RFC 7009: a refresh token ends with all that came of its sign-in, an access token alone. */
  async revoke(clientId: string, token: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [row] = await tx.query<{ id: string; digest: Buffer }[]>(
        `select i.id, t.digest from code_tokens t join code_sign_ins i on i.id = t.sign_in_id
         join applications a on a.id = i.application_id
         where t.digest = any ($1) and a.client_id = $2`,
        [this.keys.digests('token', token), clientId],
      );
      if (!row) return;
      if (kindOf(token) === 'refresh') await endSignIn(tx, row, this.clock.now());
      else await tx.query('delete from code_tokens where digest = $1', [row.digest]);
    });
  }

  /** A sign-in without a token that lives is needed no more: whatever comes again of it is refused anyway. */
  async forgetEnded(): Promise<void> {
    const now = this.clock.now();
    await this.dataSource.query('delete from code_tokens where expires_at <= $1', [now]);
    await this.dataSource.query(
      `delete from code_sign_ins i where created_at < $1
         and not exists (select from code_tokens t where t.sign_in_id = i.id)`,
      [new Date(now.getTime() - 86_400_000)],
    );
  }

  private async find(token: string, clientId: string | null): Promise<Row | undefined> {
    const [row] = await this.dataSource.query<Row[]>(finding, [
      ...[this.keys.digests('token', token), this.clock.now(), clientId],
    ]);
    return row;
  }
}

const finding = `
  select t.scope, floor(extract(epoch from t.issued_at))::float8 as "issuedAt",
    floor(extract(epoch from t.expires_at))::float8 as "expiresAt",
    j.sub::text as sub, u.name, u.email, u.activated_at is not null as verified
  from code_tokens t join code_sign_ins i on i.id = t.sign_in_id
  join applications a on a.id = i.application_id
  join secrets s on s.id = t.secret_id
  join users u on u.id = i.user_id join subjects j on j.user_id = u.id
  where t.digest = any ($1) and t.expires_at > $2 and t.used_at is null and i.ended_at is null
    and ($3::text is null or a.client_id::text = $3) and ${secretStands('s', '$2')}
    and ${signInStands('i')} and (t.kind = 'access' or ${mayComeBack('i')})`;
