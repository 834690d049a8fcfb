import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { TokenFormat } from '../applications/application.entity.js';
import { Clock } from '../platform/clock.js';
import { type Prepared, runPrepared } from '../platform/database/prepared.js';
import { Keys } from '../platform/keys/keys.js';
import { Refusals } from './refusals.service.js';
import type { RefusalReason } from './secret-use.entity.js';
import { supersedes } from './superseded.js';
import { SecretUses } from './uses.service.js';
import { hasValidForm } from './value.js';

/** A resource that the application may reach. */
export interface GrantedResource {
  id: string;
  audience: string;
  scope: string;
  /** Those of its scopes that are granted, for a resource that has any. */
  scopes: string[];
  tokenSeconds: number;
  tokenFormat: TokenFormat;
}

/** The secret that was shown, and the client ID that it belongs to. */
interface Proof {
  clientId: string;
  secretId: string;
  secretName: string;
  hint: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  /** A newer secret of the application is in use (M7, T6). */
  replacedByNewer: boolean;
}

/** An application that has proved itself, with what it may reach. */
export interface ProvenClient extends Proof {
  serverOf: null;
  applicationId: string;
  applicationName: string;
  organisationId: string;
  resources: GrantedResource[];
}

/** A resource server that has proved itself: it may ask about tokens for its audience. */
export interface ProvenServer extends Proof {
  /** The audience of its resource. */
  serverOf: string;
}

export type Proven = ProvenClient | ProvenServer;

/** What a route wants to know of a good caller, in the statement that proves it: one instead of two. */
export interface Question {
  /** Unique among questions. */
  name: string;
  /** An SQL expression; `$2` is now, its own values begin at `$3`. */
  sql: string;
  values: unknown[];
}

/** Who asked, and the answer. */
export interface Answered {
  clientId: string;
  /** The audience of its resource, for a resource server. */
  serverOf: string | null;
  answer: unknown;
}

/** What decides. As JSON, where instants are texts: one column is read faster than many. */
interface Standing {
  secretId: string;
  clientId: string;
  expiresAt: string;
  disabledAt: string | null;
  deletedAt: string | null;
  applicationDisabled: boolean;
  applicationDeleted: boolean;
}

/**
 * The one answer to "are this client ID and this secret good?", for every machine route. One indexed
 * query decides at every call, so what was deleted or switched off is refused from the next call on,
 * on every instance (S9).
 */
@Injectable()
export class CredentialCheck {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly uses: SecretUses,
    private readonly refusals: Refusals,
  ) {}

  /**
   * A right secret gets through whatever was tried before; a wrong one is counted before it is
   * answered, and then the answer depends on the count alone.
   * @returns `undefined` when they are not good; why is told to the owner alone (T4)
   * @throws TooMany for a flood of wrong ones
   */
  async prove(clientId: string, value: string, address: string): Promise<Proven | undefined> {
    const row = await this.judged<Proven>(whole, clientId, value, address);
    return row && withInstants(row);
  }

  /** The same for a caller of whom only the answer to a question is wanted. @throws TooMany */
  async ask(
    clientId: string,
    value: string,
    address: string,
    question: Question,
  ): Promise<Answered | undefined> {
    return this.judged(statementFor(question), clientId, value, address, question.values);
  }

  private async judged<Details>(
    statement: Prepared,
    clientId: string,
    value: string,
    address: string,
    values: unknown[] = [],
  ): Promise<(Standing & Details) | undefined> {
    const now = this.clock.now();
    // What cannot be a secret is looked up all the same: every refusal takes the same way.
    const digests = this.keys.digests('secret', hasValidForm(value) ? value : '');
    const [found] = await runPrepared<{ row: Standing & Details }>(this.dataSource, statement, [
      digests,
      now,
      ...values,
    ]);
    const row = found?.row;
    const reason = reasonAgainst(row, clientId, now);
    if (!row || reason) {
      await this.refusals.take({
        clientId,
        secretId: row?.secretId,
        reason: reason ?? 'wrong_secret',
        address,
        at: now,
      });
      return undefined;
    }
    this.uses.note(row.secretId, address, now);
    return row;
  }
}

function withInstants(row: Proven): Proven {
  row.createdAt = new Date(row.createdAt);
  row.expiresAt = new Date(row.expiresAt);
  row.lastUsedAt &&= new Date(row.lastUsedAt);
  return row;
}

function reasonAgainst(
  row: Standing | undefined,
  clientId: string,
  now: Date,
): RefusalReason | undefined {
  if (!row || row.clientId !== clientId.toLowerCase()) return 'wrong_secret';
  if (row.applicationDeleted) return 'application_deleted';
  if (row.deletedAt) return 'deleted';
  if (now >= new Date(row.expiresAt)) return 'expired';
  if (row.disabledAt) return 'off';
  return row.applicationDisabled ? 'application_disabled' : undefined;
}

const lookup = (details: string) => `
  select row_to_json(found) as row from (
    select s.id as "secretId", s.expires_at as "expiresAt",
      s.disabled_at as "disabledAt", s.deleted_at as "deletedAt",
      coalesce(a.client_id, s.resource_id) as "clientId",
      (select r.audience from resources r where r.id = s.resource_id) as "serverOf",
      a.disabled_at is not null as "applicationDisabled",
      a.deleted_at is not null as "applicationDeleted",
      ${details}
    from secrets s left join applications a on a.id = s.application_id
    where s.digest = any($1)) found`;

const whole: Prepared = {
  name: 'credential check',
  text: lookup(`
      s.name as "secretName", s.hint, s.created_at as "createdAt", s.last_used_at as "lastUsedAt",
      a.id as "applicationId", a.name as "applicationName", a.organisation_id as "organisationId",
      exists (select 1 from secrets n where n.application_id = s.application_id
        and ${supersedes('n', 's', '$2')}) as "replacedByNewer",
      (select coalesce(json_agg(json_build_object('id', r.id, 'audience', r.audience,
          'scope', r.scope, 'scopes', g.scopes, 'tokenSeconds', r.token_seconds,
          'tokenFormat', r.token_format)), '[]')
        from grants g join resources r on r.id = g.resource_id
        where g.application_id = a.id) as resources`),
};

const asking = new Map<string, Prepared>();

function statementFor({ name, sql }: Question): Prepared {
  const known = asking.get(name) ?? {
    name: `credential check, ${name}`,
    text: lookup(`${sql} as answer`),
  };
  asking.set(name, known);
  return known;
}
