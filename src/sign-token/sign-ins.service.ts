import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import type { DomainEnvironment } from '../domains/domain.entity.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, Refusal } from '../platform/refusals.js';
import { grantedOn, isTester } from './client-user-sight.js';
import { approvedAt, declinedAt } from './sign-in-answer.js';
import { isToken, newToken } from './sign-in-token.js';
import type { LoginKind } from './sign-token.entity.js';
import { subjectOf } from './subjects.js';

/** What a person is asked: may this application know who you are? */
export interface SignInQuestion {
  application: { id: string; name: string };
  organisation: { id: string; name: string };
  domain: {
    id: string;
    host: string;
    name: string;
    environment: DomainEnvironment;
    hasLogo: boolean;
  };
  /** What may be read at any time, beside who signs in now; the person can leave some out. */
  scopes: string[];
  /** What the person agreed to before; null for somebody who is not connected. */
  agreed: string[] | null;
  /** False on a test domain for whoever is no accepted test user: they cannot go on, but ask for access. */
  mayGoOn: boolean;
  /** Where the browser comes back to. */
  redirectUrl: string;
  /** Where it goes when this comes to nothing. */
  fallbackUri: string | null;
}

/** The sign-in cannot be gone on with. The browser goes to `goTo` where the domain has such an address. */
export class SignInOver extends Refusal {
  constructor(
    reason: string,
    readonly goTo: string | null = null,
  ) {
    const text = () =>
      t`This sign-in is over: it is too old, was used already, or is not possible any more. Go back to where you came from and begin anew.`;
    super(410, 'sign_in_over', text, reason);
  }
}

export const resultSeconds = 60;

/**
 * What a person does about a sign-in that an application has asked for: open it, agree or decline. Who
 * comes here has proved password and second factor. Whoever opens it first has it: nobody else goes on.
 */
@Injectable()
export class SignIns {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws SignInOver */
  open(user: Person, token: string): Promise<SignInQuestion> {
    return inTransaction(this.dataSource, async (tx) => {
      const row = await this.own(tx, user, token);
      await tx.query('update login_requests set user_id = $2 where id = $1', [row.id, user.id]);
      return questionOf(row);
    });
  }

  /**
   * @param scopes those of the question that the person agrees to
   * @returns where the browser goes now, with a token or code that works once and for a minute
   * @throws SignInOver, Forbidden for whoever is no test user
   */
  approve(user: Person, token: string, scopes: readonly string[]): Promise<string> {
    return inTransaction(this.dataSource, async (tx) => {
      const row = await this.own(tx, user, token);
      if (!mayGoOn(row)) {
        throw new Forbidden(() => t`This is a test. Only its test users can sign in.`);
      }
      const agreed = (row.granted ?? []).filter((scope) => scopes.includes(scope));
      await subjectOf(tx, user.id);
      const now = this.clock.now();
      await connect(tx, row.applicationId, user.id, agreed, now);
      const result = newToken();
      const { digest } = this.keys.digest('sign-in token', result);
      const ends = new Date(now.getTime() + resultSeconds * 1000);
      await tx.query(
        `update login_requests
         set user_id = $2, decided_at = $3, result_digest = $4, result_ends_at = $5 where id = $1`,
        [row.id, user.id, now, digest, ends],
      );
      await this.record(tx, user, row, 'client_user.sign_in', { scopes: agreed.join(' ') });
      return approvedAt(row, result, this.config.PUBLIC_URL);
    });
  }

  /** @returns where the browser goes now, if the domain has an address for that. @throws SignInOver */
  decline(user: Person, token: string): Promise<string | null> {
    return inTransaction(this.dataSource, async (tx) => {
      const row = await this.own(tx, user, token);
      await tx.query('update login_requests set user_id = $2, decided_at = $3 where id = $1', [
        ...[row.id, user.id, this.clock.now()],
      ]);
      await this.record(tx, user, row, 'client_user.decline');
      return declinedAt(row, this.config.PUBLIC_URL);
    });
  }

  /** Locked, still open, and not somebody else's; the application may still sign users in there. */
  private async own(tx: Tx, user: Person, token: string): Promise<Row> {
    const digests = isToken(token) ? this.keys.digests('sign-in token', token) : [];
    const [row] = await tx.query<Row[]>(looking, [digests, user.id]);
    if (!row) throw new SignInOver('no such token');
    if (row.startEndsAt <= this.clock.now()) throw new SignInOver('too old', row.fallbackUri);
    if (row.decided) throw new SignInOver('decided already', row.fallbackUri);
    if (!row.possible) throw new SignInOver('not possible any more', row.fallbackUri);
    // Somebody else's: where they go is none of this person's business.
    if (row.userId !== null && row.userId !== user.id) throw new SignInOver('opened by another');
    return row;
  }

  private record(
    tx: Tx,
    user: Person,
    row: Row,
    action: string,
    detail: Record<string, string> = {},
  ): Promise<void> {
    return this.audit.record(tx, user, {
      action,
      subject: { kind: 'client_user', id: user.id, name: user.name },
      applicationId: row.applicationId,
      organisationId: row.organisationId,
      detail: { domain: row.host, ...detail },
    });
  }
}

type Person = Actor & { id: string };

interface Row {
  id: string;
  applicationId: string;
  applicationName: string;
  organisationId: string;
  organisationName: string;
  domainId: string;
  host: string;
  domainName: string;
  environment: DomainEnvironment;
  hasLogo: boolean;
  fallbackUri: string | null;
  redirectUrl: string;
  kind: LoginKind;
  state: string | null;
  startEndsAt: Date;
  decided: boolean;
  possible: boolean;
  userId: string | null;
  granted: string[] | null;
  agreed: string[] | null;
  tester: boolean;
}

const looking = `
  select l.id, l.application_id as "applicationId", a.name as "applicationName",
    o.id as "organisationId", o.name as "organisationName", d.id as "domainId", d.host,
    d.name as "domainName", d.environment, d.logo is not null as "hasLogo",
    d.fallback_uri as "fallbackUri", l.redirect_url as "redirectUrl", l.kind, l.state,
    l.start_ends_at as "startEndsAt", l.decided_at is not null as decided,
    l.user_id as "userId", ${grantedOn('a.id', 'd.id')} as granted,
    (select c.scopes from client_users c where c.application_id = a.id and c.user_id = $2
      and c.revoked_at is null) as agreed,
    ${isTester('a.id', '$2')} as tester,
    a.deleted_at is null and a.disabled_at is null and d.deleted_at is null and d.active
      and d.allow_login and exists (select from domain_urls u where u.domain_id = d.id
        and u.kind = 'callback' and u.url = l.redirect_url and u.active) as possible
  from login_requests l join domains d on d.id = l.domain_id
  join applications a on a.id = l.application_id
  join organisations o on o.id = a.organisation_id
  where l.start_digest = any ($1) for no key update of l`;

function questionOf(row: Row): SignInQuestion {
  const { host, environment, hasLogo, redirectUrl, fallbackUri, agreed } = row;
  return {
    application: { id: row.applicationId, name: row.applicationName },
    organisation: { id: row.organisationId, name: row.organisationName },
    domain: { id: row.domainId, host, name: row.domainName, environment, hasLogo },
    scopes: row.granted ?? [],
    agreed,
    mayGoOn: mayGoOn(row),
    redirectUrl,
    fallbackUri,
  };
}

function mayGoOn({ environment, tester }: Row): boolean {
  return environment === 'live' || tester;
}

/** Signed in again, what was agreed to now counts; a connection that was revoked is one again. */
async function connect(
  tx: Tx,
  applicationId: string,
  userId: string,
  scopes: string[],
  now: Date,
): Promise<void> {
  await tx.query(
    `insert into client_users as c
       (application_id, user_id, scopes, connected_at, last_sign_in_at) values ($1, $2, $3, $4, $4)
     on conflict (application_id, user_id) do update set scopes = excluded.scopes,
       last_sign_in_at = excluded.last_sign_in_at, revoked_at = null,
       connected_at = case when c.revoked_at is null then c.connected_at else excluded.connected_at end`,
    [applicationId, userId, scopes, now],
  );
}
