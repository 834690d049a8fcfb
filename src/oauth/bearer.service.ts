import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Actor } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { type Prepared, runPrepared } from '../platform/database/prepared.js';
import { readToken } from './access-token.js';
import { isOwnAudience, ownResource } from './own-audience.js';
import { SigningKeys } from './signing-keys.service.js';

/** A program that calls our own API with a token of ours. */
export interface Caller extends Actor {
  id: null;
  machine: { applicationId: string; secretId: string };
  clientId: string;
  applicationName: string;
  organisationId: string;
  /** Of an operator organisation: it reaches what IT reaches, as far as its scopes go. */
  operator: boolean;
  /** In the token, and still granted. */
  scopes: string[];
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

type Row = Omit<Caller, 'id' | 'name' | 'address' | 'machine'> & {
  applicationId: string;
  secretName: string;
  hint: string;
};

/** Bearer tokens for our own API (RFC 6750). What they are good for is looked up at every call (R7). */
@Injectable()
export class Bearers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly signingKeys: SigningKeys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @returns `undefined` for a token that is not ours, not for here, ended, or bought with what has ended since */
  async accept(token: string, address: string): Promise<Caller | undefined> {
    const keyOf = (kid: string) => this.signingKeys.publicKey(kid);
    const isIssuer = (issuer: unknown) => this.config.isOwnIssuer(issuer);
    const claims = await readToken(token, isIssuer, keyOf);
    const now = this.clock.now();
    if (!claims || claims.exp * 1000 <= now.getTime()) return undefined;
    if (!isOwnAudience(this.config, claims.aud)) return undefined;
    const { secret_id: secretId, client_id: clientId, jti } = claims;
    if (![secretId, clientId, jti].every((id) => uuid.test(id))) return undefined;
    const [row] = await runPrepared<Row>(this.dataSource, caller, [
      secretId,
      clientId,
      ownResource,
      jti,
      now,
      claims.scope.split(' '),
    ]);
    if (!row) return undefined;
    const { applicationId, secretName, hint, ...rest } = row;
    return {
      ...rest,
      id: null,
      name: `${row.applicationName}, secret “${secretName}” (${hint}…)`,
      address,
      machine: { applicationId, secretId },
    };
  }
}

const caller: Prepared = {
  name: 'caller of our own API',
  text: `
    select a.id as "applicationId", a.client_id as "clientId", a.name as "applicationName",
      a.organisation_id as "organisationId", o.operator, s.name as "secretName", s.hint,
      array(select scope from unnest(g.scopes) scope where scope = any ($6)
        and (o.operator or not scope = any (r.operator_scopes))) as scopes
    from secrets s
    join applications a on a.id = s.application_id
    join organisations o on o.id = a.organisation_id
    join grants g on g.application_id = a.id and g.resource_id = $3
    join resources r on r.id = g.resource_id
    where s.id = $1 and s.deleted_at is null and s.disabled_at is null and s.expires_at > $5
      and a.client_id = $2 and a.deleted_at is null and a.disabled_at is null
      and not exists (select 1 from revoked_tokens t where t.jti = $4)`,
};
