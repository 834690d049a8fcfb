import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Prepared, runPrepared } from '../platform/database/prepared.js';
import { isAway } from '../platform/database/unavailable.js';
import { Gathering } from '../platform/gathering.js';
import { Keys } from '../platform/keys/keys.js';
import { hasValidForm } from './value.js';

/** What a route wants to know of a caller, in the statement that proves it: one instead of two. */
export interface Question {
  /** Unique among questions. */
  readonly name: string;
  /**
   * An SQL expression about the secret `s` and, for a client, its application `a`; `$1` is now. It
   * must not fail for any values: it is asked for many callers at a time.
   */
  readonly sql: string;
  /** What it needs to know of the request: columns of `q` with their SQL types. */
  readonly columns?: Record<string, string>;
}

/** What decides whether a secret is good. */
export interface Standing {
  secretId: string;
  clientId: string;
  /** The audience of its resource, for a resource server. */
  serverOf: string | null;
  /** Milliseconds since 1970. */
  expiresAt: number;
  expired: boolean;
  off: boolean;
  deleted: boolean;
  applicationDisabled: boolean;
  applicationDeleted: boolean;
  /** To the question. */
  answer: unknown;
}

export interface Found {
  /** When it was looked up. */
  at: Date;
  standing?: Standing;
}

interface Ask {
  value: string;
  columns?: Record<string, unknown>;
}

/**
 * Finds secrets by their values, for all requests of one turn of the event loop in one statement. Two
 * statements at most are under way, one on each shared connection; requests that come meanwhile go
 * into the next. Each statement begins after all requests in it have come, so it sees every deletion
 * that was answered before one of them began (S9).
 */
@Injectable()
export class CredentialLookup {
  private readonly gatherings = new Map<Question, Gathering<Ask, Found>>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  find(value: string, question: Question, columns?: Ask['columns']): Promise<Found> {
    return this.gatheringFor(question).ask({ value, columns });
  }

  private gatheringFor(question: Question): Gathering<Ask, Found> {
    const known = this.gatherings.get(question);
    if (known) return known;
    const statement = { name: `credential check, ${question.name}`, text: textOf(question) };
    const gathering = new Gathering((asks: Ask[]) => this.findAll(statement, asks), {
      rounds: 2,
      isForAll: isAway,
    });
    this.gatherings.set(question, gathering);
    return gathering;
  }

  private async findAll(statement: Prepared, asks: Ask[]): Promise<Found[]> {
    const at = this.clock.now();
    const asked = JSON.stringify(asks.flatMap((ask, place) => this.lines(ask, place)));
    const [row] = await runPrepared<{ found: (Standing & { place: number })[] | null }>(
      this.dataSource,
      statement,
      [at, asked],
      { alone: true },
    );
    const answers = asks.map((): Found => ({ at }));
    for (const standing of row?.found ?? []) answers[standing.place]!.standing = standing;
    return answers;
  }

  /** One for each hash key. What cannot be a secret is looked up all the same: every refusal takes the same way. */
  private lines({ value, columns }: Ask, place: number): object[] {
    return this.keys
      .digests('secret', hasValidForm(value) ? value : '')
      .map((digest) => ({ place, digest: `\\x${digest.toString('hex')}`, ...columns }));
  }
}

/**
 * One row with one column: it is read faster than many. Each secret is looked up by itself (`offset 0`
 * keeps the planner from joining): how many are asked for is not known when the statement is planned.
 */
const textOf = ({ sql, columns = {} }: Question) => `
  select json_agg(found) as found
  from json_to_recordset($2) as q (${[
    'place int',
    'digest bytea',
    ...Object.entries(columns).map(([name, type]) => `${name} ${type}`),
  ].join(', ')}),
  lateral (
    select q.place, s.id as "secretId", extract(epoch from s.expires_at) * 1000 as "expiresAt",
      s.expires_at <= $1 as expired, s.disabled_at is not null as off,
      s.deleted_at is not null as deleted,
      coalesce(a.client_id, s.resource_id) as "clientId",
      (select r.audience from resources r where r.id = s.resource_id) as "serverOf",
      a.disabled_at is not null as "applicationDisabled",
      a.deleted_at is not null as "applicationDeleted",
      ${sql} as answer
    from secrets s left join applications a on a.id = s.application_id
    where s.digest = q.digest offset 0) found`;
