import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { isContact, isIt, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { t } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { parseUtcDay, type UtcDay, utcDay } from '../platform/utc-day.js';
import { dayText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import type { AcknowledgementKind } from './acknowledgement.js';
import { notMineNotice } from './not-mine.notice.js';

export interface AcknowledgementWish {
  /** One of the three kinds, as it was chosen. */
  kind: string;
  /** The day up to which the person is on it, as typed. */
  until: string;
}

type Speaker = Actor & { id: string };

/** A secret of an application, or of the resource server of a resource. */
export type SecretPlace = { secretId: string } & (
  { applicationId: string } | { resourceId: string }
);

interface ApplicationPlace {
  secretId: string;
  secret: string;
  expiresAt: Date;
  applicationId: string;
  application: string;
  organisationId: string;
  recipient: boolean;
}

interface ServerPlace {
  secretId: string;
  secret: string;
  expiresAt: Date;
  /** With its environment. */
  resourceServer: string;
  recipient: true;
}

interface OrgAdmin {
  id: string;
  name: string;
  address: string;
  language: string | null;
}

type Place = ApplicationPlace | ServerPlace;

/** What people say about a secret that ends (docs/adr/0040). */
@Injectable()
export class Acknowledgements {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** A later word of the same person replaces the earlier one. @throws NotFound, Forbidden, Invalid */
  async say(user: Speaker, of: SecretPlace, wish: AcknowledgementWish): Promise<void> {
    const { secretId } = of;
    const now = this.clock.now();
    await inTransaction(this.dataSource, async (tx) => {
      const place = await this.place(tx, user, of);
      const { kind, until } = checked(wish, place, now);
      const before = await this.openKind(tx, user, secretId);
      await tx.query(
        `insert into acknowledgements (id, secret_id, user_id, kind, until, said_at)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (secret_id, user_id) where ended_at is null
           do update set kind = excluded.kind, until = excluded.until, said_at = excluded.said_at`,
        [randomUUID(), secretId, user.id, kind, until, now],
      );
      await this.record(tx, user, place, 'reminder.acknowledge', { answer: kind, until });
      if ('applicationId' in place && kind === 'not_mine' && before !== kind) {
        await this.tell(tx, user, place);
      }
    });
    this.outbox.kick();
  }

  /** Nothing changes when there is nothing to take back. @throws NotFound, Forbidden */
  async takeBack(user: Speaker, of: SecretPlace): Promise<void> {
    const { secretId } = of;
    await inTransaction(this.dataSource, async (tx) => {
      const place = await this.place(tx, user, of);
      const kind = await this.openKind(tx, user, secretId);
      if (!kind) return;
      await tx.query(
        `update acknowledgements set ended_at = $3, ended_by = $2
         where secret_id = $1 and user_id = $2 and ended_at is null`,
        [secretId, user.id, this.clock.now()],
      );
      await this.record(tx, user, place, 'reminder.take_back', { answer: kind });
    });
  }

  /** IT has dealt with somebody's word. Nothing changes when it is over already. @throws NotFound */
  async settle(actor: Speaker, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [word] = await tx.query<(ApplicationPlace & { userId: string; open: boolean })[]>(
        wordSql,
        [id],
      );
      if (!word) throw new NotFound('no such word');
      if (!word.open) return;
      await tx.query(`update acknowledgements set ended_at = $2, ended_by = $3 where id = $1`, [
        id,
        this.clock.now(),
        actor.id,
      ]);
      await this.record(tx, actor, word, 'reminder.settle', { user: word.userId });
    });
  }

  /** What the person says at present; the row is locked. */
  private async openKind(tx: Tx, { id }: Speaker, secretId: string) {
    const [row] = await tx.query<{ kind: AcknowledgementKind }[]>(
      `select kind from acknowledgements
       where secret_id = $1 and user_id = $2 and ended_at is null for update`,
      [secretId, id],
    );
    return row?.kind;
  }

  /** Absent 404; seen by somebody who does not get its mails 403 (R8). */
  private async place(tx: Tx, user: Speaker, of: SecretPlace): Promise<Place> {
    const [sql, owner] =
      'applicationId' in of ? [placeSql, of.applicationId] : [serverPlaceSql, of.resourceId];
    const values = [of.secretId, owner, user.id, this.clock.now()];
    const [place] = await tx.query<Place[]>(sql, values);
    if (!place) throw new NotFound('no such secret for this user');
    if (!place.recipient) {
      throw new Forbidden(
        () => t`Only those who get the mails about this secret can say who is on it.`,
      );
    }
    return place;
  }

  private async record(
    tx: Tx,
    user: Speaker,
    place: Place,
    action: string,
    said: Record<string, unknown>,
  ): Promise<void> {
    const subject = { kind: 'secret', id: place.secretId, name: place.secret };
    const where =
      'applicationId' in place
        ? { applicationId: place.applicationId, organisationId: place.organisationId, detail: said }
        : { detail: { resourceServer: place.resourceServer, ...said } };
    await this.audit.record(tx, user, { action, subject, ...where });
  }

  /** The org admins and the support: a role has to be withdrawn, and perhaps another one given. */
  private async tell(tx: Tx, user: Speaker, place: ApplicationPlace): Promise<void> {
    const admins = await tx.query<OrgAdmin[]>(
      `select u.id, u.name, u.email as address, u.language from role_assignments r
         join users u on u.id = r.user_id
       where r.role = 'org_admin' and r.organisation_id = $1 and r.withdrawn_at is null
         and (r.ends_at is null or r.ends_at > $2) and u.closed_at is null
         and u.activated_at is not null and u.id <> $3`,
      [place.organisationId, this.clock.now(), user.id],
    );
    const address = this.config.SUPPORT_ADDRESS;
    const support = { id: null, name: '', address, language: 'en' as const };
    const readers = admins.map(({ language, ...admin }) => ({
      ...admin,
      language: mailLanguage(language),
    }));
    for (const to of [...readers, support]) {
      await this.outbox.enqueue(tx, notMineNotice(to, user.name, place, this.config));
    }
  }
}

const placeSql = `
  select s.id as "secretId", s.name as secret, s.expires_at as "expiresAt",
    a.id as "applicationId", a.name as application, a.organisation_id as "organisationId",
    ${isContact('a', '$3', '$4')} as recipient
  from secrets s join applications a on a.id = s.application_id
  where s.id = $1 and a.id = $2 and s.deleted_at is null and a.deleted_at is null
    and ${maySee('a', '$3', '$4')}`;

/** Everybody in IT gets the mails about it, and nobody else sees it. */
const serverPlaceSql = `
  select s.id as "secretId", s.name as secret, s.expires_at as "expiresAt",
    q.name || ' (' || q.environment || ')' as "resourceServer", true as recipient
  from secrets s join resources q on q.id = s.resource_id
  where s.id = $1 and q.id = $2 and s.deleted_at is null and ${isIt('$3', '$4')}`;

const wordSql = `
  select k.user_id as "userId", k.ended_at is null as open, s.id as "secretId", s.name as secret,
    s.expires_at as "expiresAt", a.id as "applicationId", a.name as application,
    a.organisation_id as "organisationId", true as recipient
  from acknowledgements k join secrets s on s.id = k.secret_id
    join applications a on a.id = s.application_id
  where k.id = $1 for update of k`;

/** @throws Invalid */
function checked(
  { kind, until }: AcknowledgementWish,
  place: Place,
  now: Date,
): { kind: AcknowledgementKind; until: UtcDay | null } {
  const ofServer = 'resourceServer' in place;
  if (kind === 'replaced' || (kind === 'not_mine' && !ofServer)) return { kind, until: null };
  if (kind !== 'taken') {
    throw new Invalid({
      kind: () => (ofServer ? t`Choose one of the two.` : t`Choose one of the three.`),
    });
  }
  const { expiresAt } = place;
  const day = parseUtcDay(until.trim());
  const today = utcDay(now);
  const last = lastDay(expiresAt);
  if (expiresAt <= now) {
    throw new Invalid({
      kind: () => t`It has ended already: nobody can be on it until a later day.`,
    });
  }
  if (!day) throw new Invalid({ until: () => t`Type a day of the calendar as YYYY-MM-DD.` });
  if (day < today || day > last) {
    throw new Invalid({
      until: () =>
        today === last
          ? t`Choose a day that comes before its end: ${dayText(today)}.`
          : t`Choose a day that comes before its end: from ${dayText(today)} to ${dayText(last)}.`,
    });
  }
  return { kind, until: day };
}
