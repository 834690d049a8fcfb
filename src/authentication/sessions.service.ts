import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource, In, MoreThan } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { isLanguage, type Language } from '../platform/language/languages.js';
import { Keys } from '../platform/keys/keys.js';
import { SignInNeeded } from '../platform/refusals.js';
import { Session, type SessionStage } from './authentication.entity.js';
import { type SessionSettings, standing } from './session-rule.js';
import type { BrowserLanguage } from '../platform/web/browser-language.js';
import type { Permission } from '../users/permissions.js';
import type { Viewer } from './viewer.js';

/** Where a request comes from, for the list of sessions and the audit. */
export interface Origin {
  address: string;
  agent: string;
}

/** A live session with the person it belongs to. */
export interface LiveSession {
  session: Session;
  viewer: Viewer;
  locked: boolean;
}

/** What a request says about whoever sends it. */
export interface Seen {
  address: string;
  language: BrowserLanguage;
}

const overtakenWithin = 10_000;
const sessionsAtMost = 10;

type Row = Record<'name' | 'email', string> &
  Record<'org_admin' | 'manager', boolean> & {
    organisation_id: string | null;
    language: string | null;
    roles: string[];
    may: Permission[];
    everywhere: Permission[];
  };

/**
 * Sessions in the database. The cookie holds 256 random bits, the table only their digest; the
 * cookie's value changes whenever the session gains power (R10).
 */
@Injectable()
export class Sessions {
  readonly settings: SessionSettings;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly keys: Keys,
    config: Config,
  ) {
    this.settings = {
      lockAfter: config.SESSION_LOCK_MINUTES,
      endAfter: config.SESSION_END_MINUTES,
      endAtMost: config.SESSION_MAX_HOURS * 60,
      stepUpWithin: config.STEP_UP_MINUTES,
    };
  }

  /** Looks a cookie's value up; roles and account are read anew each time (R7). */
  async find(token: string, seen: Seen): Promise<LiveSession | undefined> {
    const now = this.clock.now();
    const session = await this.dataSource
      .getRepository(Session)
      .findOneBy({ tokenDigest: In(this.keys.sessionDigests(token)) });
    if (!session) return undefined;
    const state = standing(session, now, this.settings);
    const [row] = await this.dataSource.query<Row[]>(viewerSql, [session.userId, now]);
    if (state === 'over' || !row) {
      await this.end(session.id);
      return undefined;
    }
    if (state === 'open') await this.touch(session, now);
    const viewer: Viewer = {
      id: session.userId,
      name: row.name,
      email: row.email,
      organisationId: row.organisation_id,
      may: new Set(row.may),
      everywhere: new Set(row.everywhere),
      it: row.everywhere.includes('platform.administer'),
      orgAdmin: row.org_admin,
      manager: row.manager,
      roles: row.roles,
      language: languageOf(row.language, seen.language),
      address: seen.address,
    };
    return { session, viewer, locked: state === 'locked' };
  }

  /** @returns the cookie's value */
  async start(tx: Tx, userId: string, stage: SessionStage, origin: Origin): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    await tx.insert(Session, {
      id: randomUUID(),
      tokenDigest: this.keys.sessionDigest(token),
      userId,
      stage,
      createdAt: now,
      seenAt: now,
      factorAt: null,
      address: origin.address,
      agent: origin.agent.slice(0, 200),
    });
    return token;
  }

  /**
   * Moves a session on to a stage, under a new cookie value; the old one is dead from now on.
   * @throws SignInNeeded when another request has moved or ended it meanwhile
   */
  async move(
    tx: Tx,
    session: Session,
    stage: SessionStage,
    proof: 'factor proved' | 'no factor',
  ): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const now = this.clock.now();
    const moved = await tx.update(
      Session,
      { id: session.id, tokenDigest: session.tokenDigest, stage: session.stage },
      {
        tokenDigest: this.keys.sessionDigest(token),
        previousDigest: session.tokenDigest,
        movedAt: now,
        stage,
        seenAt: now,
        ...(proof === 'factor proved' && { factorAt: now }),
      },
    );
    if (moved.affected !== 1) throw new SignInNeeded('/sign-in');
    if (stage === 'full' && session.stage !== 'full') await this.endOldest(tx, session.userId);
    return token;
  }

  /**
   * Whether this cookie's value was a session's until some seconds ago: then another request of the
   * same browser moved the session on. The value opens nothing any more (R10); this only says why.
   */
  wasMovedOn(token: string): Promise<boolean> {
    const since = new Date(this.clock.now().getTime() - overtakenWithin);
    return this.dataSource.getRepository(Session).existsBy({
      previousDigest: In(this.keys.sessionDigests(token)),
      movedAt: MoreThan(since),
    });
  }

  /** Whether another request has moved the session on, or ended it, since it was read. */
  async isOvertaken({ id, tokenDigest }: Session): Promise<boolean> {
    return !(await this.dataSource.getRepository(Session).existsBy({ id, tokenDigest }));
  }

  async end(id: string): Promise<void> {
    await this.dataSource.getRepository(Session).delete({ id });
  }

  /** Ends every session of a user: another password, factor or role, or a closed account (R7, R12). */
  async endAllOf(tx: Tx, userId: string): Promise<void> {
    await tx.delete(Session, { userId });
  }

  /** Somebody has so many sessions at a time; of more, those end that were not used for longest. */
  private async endOldest(tx: Tx, userId: string): Promise<void> {
    await tx.query(
      `delete from sessions where id in (select id from sessions
         where user_id = $1 and stage = 'full' order by seen_at desc, created_at desc offset $2)`,
      [userId, sessionsAtMost],
    );
  }

  /** Removes what is over anyway. */
  async clear(): Promise<void> {
    const now = this.clock.now().getTime();
    const oldest = new Date(now - this.settings.endAtMost * 60_000);
    const idle = new Date(now - this.settings.endAfter * 60_000);
    await this.dataSource.query(`delete from sessions where created_at <= $1 or seen_at <= $2`, [
      oldest,
      idle,
    ]);
  }

  /** One write a minute is enough to know when a session was last used. */
  private async touch(session: Session, now: Date): Promise<void> {
    if (now.getTime() - session.seenAt.getTime() < 60_000) return;
    await this.dataSource.getRepository(Session).update({ id: session.id }, { seenAt: now });
  }
}

/** What was chosen in this browser goes before what the account says, until the sign-in is complete. */
function languageOf(known: string | null, { chosen, accepted }: BrowserLanguage): Language {
  return chosen ?? (isLanguage(known) ? known : accepted);
}

const viewerSql = `
  select u.name, u.email, u.organisation_id, u.language,
    coalesce(bool_or(r.role = 'org_admin'), false) as org_admin,
    coalesce(bool_or(r.role = 'credential_manager'), false) as manager,
    array_remove(array_agg(distinct case when not g.built_in then g.name end), null) as roles,
    array_remove(array_agg(distinct p), null) as may,
    array_remove(array_agg(distinct case when r.organisation_id is null then p end), null) as everywhere
  from users u
  left join (role_assignments r join roles g on g.key = r.role and g.active
      and (g.ends_at is null or g.ends_at > $2) cross join unnest(g.permissions) p)
    on r.user_id = u.id and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2)
  where u.id = $1 and u.closed_at is null
  group by u.id`;
