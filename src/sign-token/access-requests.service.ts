import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { manages, mayManageDomains, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { t } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { problemOfLine } from '../platform/plain-text.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { accessMail, type AccessNews, type Reader } from './access-mails.js';
import { AccessRequest, type AccessKind, type AskedState } from './sign-token.entity.js';

type Person = Actor & { id: string };

/** In 24 hours: requests to one application, and people it asks. Each one is a mail. */
export const askedAtMost = 20;

/**
 * Who may sign in on test domains: a user asks to be let in, or managers ask a user. The other side accepts
 * or declines; what was accepted is taken back by either.
 */
@Injectable()
export class AccessRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * For somebody who has come to a sign-in of the application, so that nobody tries out ids.
   * @returns its id. @throws NotFound, Invalid, Conflict
   */
  async ask(user: Person, applicationId: string, note: string): Promise<string> {
    return this.file(async (tx) => {
      const application = await this.application(tx, applicationId);
      const [come] = await tx.query<unknown[]>(
        'select from login_requests where application_id = $1 and user_id = $2 limit 1',
        [applicationId, user.id],
      );
      if (!application || !come) throw new NotFound('no sign-in of this application was opened');
      return this.insert(tx, user, application, user.id, 'access', note);
    });
  }

  /** For its managers, and IT. @returns its id. @throws NotFound, Forbidden, Invalid, Conflict */
  async invite(user: Person, applicationId: string, email: string, note: string): Promise<string> {
    return this.file(async (tx) => {
      const application = await this.managed(tx, user, applicationId);
      const [found] = await tx.query<{ id: string }[]>(
        `select id from users
         where email = lower($1) and closed_at is null and activated_at is not null`,
        [email.trim()],
      );
      if (!found) {
        throw new Invalid({
          email: () => t`Nobody with this address has an account that is in use.`,
        });
      }
      return this.insert(tx, user, application, found.id, 'test_user', note);
    });
  }

  /**
   * By the other side: managers decide what a user asked for, a user what managers asked for.
   * @throws NotFound, Forbidden, Conflict
   */
  decide(user: Person, id: string, accepted: boolean): Promise<void> {
    const state = accepted ? 'accepted' : 'declined';
    return this.move(user, id, 'pending', state, (request) => request.kind === 'test_user');
  }

  /** By whoever asked, while it is not decided. @throws NotFound, Forbidden, Conflict */
  withdraw(user: Person, id: string): Promise<void> {
    return this.move(user, id, 'pending', 'withdrawn', (request) => request.kind === 'access');
  }

  /** What was accepted, by the user or the managers. @throws NotFound, Forbidden, Conflict */
  end(user: Person, id: string): Promise<void> {
    const own = ({ userId }: AccessRequest) => userId === user.id;
    return this.move(user, id, 'accepted', 'withdrawn', own);
  }

  private async file(work: (tx: Tx) => Promise<string>): Promise<string> {
    try {
      const id = await inTransaction(this.dataSource, work);
      this.outbox.kick();
      return id;
    } catch (error) {
      if (!violated(error, 'access_requests_live_key')) throw error;
      throw new Conflict(() => t`This was asked for already, or is accepted.`);
    }
  }

  private async insert(
    tx: Tx,
    user: Person,
    application: ApplicationRow,
    userId: string,
    kind: AccessKind,
    text: string,
  ): Promise<string> {
    const note = text.trim() || null;
    const problem = note && problemOfLine(note, 500);
    if (problem) throw new Invalid({ note: problem });
    await this.checkRoom(tx, application.id, kind);
    const request = tx.create(AccessRequest, {
      ...{ id: randomUUID(), applicationId: application.id, userId, kind, note },
      ...{ requestedBy: user.id, requestedAt: this.clock.now(), state: 'pending' },
    });
    await tx.insert(AccessRequest, request);
    const action = kind === 'access' ? 'access_request.ask' : 'access_request.invite';
    await this.record(tx, user, action, application, request);
    const readers =
      kind === 'access' ? await this.managers(tx, application.id) : await person(tx, userId);
    await this.tell(tx, readers, kind === 'access' ? 'asked' : 'invited', application, user, note);
    return request.id;
  }

  private async checkRoom(tx: Tx, applicationId: string, kind: AccessKind): Promise<void> {
    const since = new Date(this.clock.now().getTime() - 86_400_000);
    const [row] = await tx.query<{ count: number }[]>(
      `select count(*)::int as count from access_requests
       where application_id = $1 and kind = $2 and requested_at > $3`,
      [applicationId, kind, since],
    );
    if (row!.count >= askedAtMost) {
      throw new Conflict(() => t`Too many were asked for in a day. Go on tomorrow.`);
    }
  }

  /** @param isUsers whether it is the user's move and not the managers' */
  private async move(
    user: Person,
    id: string,
    from: AskedState,
    to: AskedState,
    isUsers: (request: AccessRequest) => boolean,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const request = await tx.findOne(AccessRequest, { where: { id }, lock });
      if (!request) throw new NotFound('no such request');
      const application = isUsers(request)
        ? await this.ofUser(tx, user, request)
        : await this.managed(tx, user, request.applicationId);
      if (request.state !== from) {
        throw new Conflict(() => t`This was decided or taken back meanwhile.`);
      }
      await tx.update(
        AccessRequest,
        { id },
        {
          ...{ state: to, decidedBy: user.id, decidedAt: this.clock.now() },
        },
      );
      const action = `access_request.${from === 'accepted' ? 'end' : actions[to]}`;
      await this.record(tx, user, action, application, request);
      if (from !== 'pending' || to === 'withdrawn') return;
      const readers = await person(tx, request.requestedBy);
      await this.tell(tx, readers, to === 'accepted' ? 'accepted' : 'declined', application, user);
    });
    this.outbox.kick();
  }

  private async ofUser(tx: Tx, user: Person, request: AccessRequest): Promise<ApplicationRow> {
    const application = await this.application(tx, request.applicationId);
    if (!application || request.userId !== user.id) throw new NotFound('not this user’s');
    return application;
  }

  private async application(tx: Tx, id: string): Promise<ApplicationRow | undefined> {
    const [row] = await tx.query<ApplicationRow[]>(
      `select a.id, a.name, a.organisation_id as "organisationId" from applications a
       where a.id = $1 and a.deleted_at is null for no key update`,
      [id],
    );
    return row;
  }

  private async managed(tx: Tx, user: Person, id: string): Promise<ApplicationRow> {
    const [row] = await tx.query<(ApplicationRow & { manages: boolean })[]>(
      `select a.id, a.name, a.organisation_id as "organisationId",
         ${mayManageDomains('a', '$2', '$3')} as manages
       from applications a where a.id = $1 and a.deleted_at is null and ${maySee('a', '$2', '$3')}
       for no key update of a`,
      [id, user.id, this.clock.now()],
    );
    if (!row) throw new NotFound('no such application for this user');
    if (!row.manages) {
      throw new Forbidden(() => t`Only the credential managers of this application can do this.`);
    }
    return row;
  }

  private managers(tx: Tx, applicationId: string): Promise<Reader[]> {
    return tx.query<Reader[]>(
      `select distinct u.id, u.name, u.email, u.language from users u
       join role_assignments r on r.user_id = u.id join applications a on a.id = $1
       where ${manages('a', '$2')} and r.withdrawn_at is null
         and (r.ends_at is null or r.ends_at > $2) and u.closed_at is null
         and u.activated_at is not null`,
      [applicationId, this.clock.now()],
    );
  }

  private async tell(
    tx: Tx,
    readers: Reader[],
    news: AccessNews,
    application: ApplicationRow,
    by: Person,
    note: string | null = null,
  ): Promise<void> {
    for (const reader of readers) {
      const about = { application, by: by.name, note };
      const mail = accessMail(news, about, reader, mailLanguage(reader.language), this.config);
      await this.outbox.enqueue(tx, mail);
    }
  }

  private record(
    tx: Tx,
    user: Person,
    action: string,
    application: ApplicationRow,
    { id, userId }: AccessRequest,
  ): Promise<void> {
    return this.audit.record(tx, user, {
      ...{ action, subject: { kind: 'access_request', id, name: application.name } },
      ...{ applicationId: application.id, organisationId: application.organisationId },
      detail: { userId },
    });
  }
}

const actions: Record<AskedState, string> = {
  ...{ pending: 'ask', accepted: 'accept', declined: 'decline', withdrawn: 'withdraw' },
};

interface ApplicationRow {
  id: string;
  name: string;
  organisationId: string;
}

function person(tx: Tx, id: string): Promise<Reader[]> {
  return tx.query<Reader[]>(
    'select id, name, email, language from users where id = $1 and closed_at is null',
    [id],
  );
}
