import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, In, IsNull } from 'typeorm';
import { Resource } from '../applications/application.entity.js';
import { isIt, mayManageDomains, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Domain } from '../domains/domain.entity.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { t, type Words } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Conflict, Forbidden, NotFound, refuse } from '../platform/refusals.js';
import { Verification } from './sign-token.entity.js';
import { decidedMail, requestedMail } from './verification-mails.js';

type Person = Actor & { id: string };

export interface VerificationWish {
  domainIds: string[];
  resourceIds: string[];
  /** What IT should know. */
  note: string;
}

/**
 * Managers ask IT to verify their application; what is accepted unlocks, on the domains that were named,
 * the resources that need it.
 */
@Injectable()
export class Verifications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @returns its id. @throws NotFound, Forbidden, Invalid; Conflict while another waits */
  async request(user: Person, applicationId: string, wish: VerificationWish): Promise<string> {
    try {
      const id = await inTransaction(this.dataSource, async (tx) => {
        const application = await this.managed(tx, user, applicationId);
        const about = await checked(tx, applicationId, wish);
        const own = { id: randomUUID(), applicationId, ...about };
        const asked = { requestedBy: user.id, requestedAt: this.clock.now() };
        await tx.insert(Verification, { ...own, ...asked });
        await this.record(tx, user, 'verification.request', application, own.id);
        await this.outbox.enqueue(tx, requestedMail(application.name, user.name, this.config));
        return own.id;
      });
      this.outbox.kick();
      return id;
    } catch (error) {
      if (!violated(error, 'verifications_pending_key')) throw error;
      throw new Conflict(() => t`A request of this application waits for IT already.`);
    }
  }

  /** By IT. @throws NotFound, Invalid, Conflict */
  async decide(user: Person, id: string, accepted: boolean, note: string): Promise<void> {
    const decisionNote = note.trim();
    refuse({ note: accepted && decisionNote === '' ? undefined : problemOfText(decisionNote) });
    await inTransaction(this.dataSource, async (tx) => {
      const row = await this.forIt(tx, user, id);
      if (row.state !== 'pending') throw new Conflict(decidedMeanwhile);
      const state = accepted ? 'accepted' : 'declined';
      await this.close(tx, user, row, state, decisionNote || null);
      const [reader] = await tx.query<Reader[]>(
        'select id, name, email, language from users where id = $1 and closed_at is null',
        [row.requestedBy],
      );
      if (!reader) return;
      const to = { ...reader, language: mailLanguage(reader.language) };
      await this.outbox.enqueue(tx, decidedMail(row, to, accepted, decisionNote, this.config));
    });
    this.outbox.kick();
  }

  /** By the managers while it waits; by IT also what was accepted. @throws NotFound, Forbidden, Conflict */
  async withdraw(user: Person, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [found] = await tx.query<Row[]>(`${looking} where v.id = $1 for update of v`, [id]);
      if (!found) throw new NotFound('no such verification');
      await this.managed(tx, user, found.applicationId);
      if (found.state === 'accepted') await this.forIt(tx, user, id);
      else if (found.state !== 'pending') throw new Conflict(decidedMeanwhile);
      await this.close(tx, user, found, 'withdrawn', null);
    });
  }

  private async close(
    tx: Tx,
    user: Person,
    row: Row,
    state: 'accepted' | 'declined' | 'withdrawn',
    decisionNote: string | null,
  ): Promise<void> {
    const decided = { decidedBy: user.id, decidedAt: this.clock.now(), decisionNote };
    await tx.update(Verification, { id: row.id }, { state, ...decided });
    const application = { ...row, id: row.applicationId, name: row.applicationName };
    await this.record(tx, user, `verification.${actions[state]}`, application, row.id);
  }

  private async forIt(tx: Tx, user: Person, id: string): Promise<Row> {
    const [row] = await tx.query<Row[]>(
      `${looking} where v.id = $1 and ${isIt('$2', '$3')} for update of v`,
      [id, user.id, this.clock.now()],
    );
    if (!row) throw new NotFound('no such verification for this user');
    return row;
  }

  private async managed(tx: Tx, user: Person, id: string): Promise<ApplicationRow> {
    const [row] = await tx.query<(ApplicationRow & { manages: boolean })[]>(
      `select a.id, a.name, a.organisation_id as "organisationId",
         ${mayManageDomains('a', '$2', '$3')} as manages
       from applications a where a.id = $1 and a.deleted_at is null and ${maySee('a', '$2', '$3')}`,
      [id, user.id, this.clock.now()],
    );
    if (!row) throw new NotFound('no such application for this user');
    if (!row.manages) {
      throw new Forbidden(() => t`Only the credential managers of this application can do this.`);
    }
    return row;
  }

  private record(
    tx: Tx,
    user: Person,
    action: string,
    application: ApplicationRow,
    id: string,
  ): Promise<void> {
    return this.audit.record(tx, user, {
      ...{ action, subject: { kind: 'verification', id, name: application.name } },
      ...{ applicationId: application.id, organisationId: application.organisationId },
    });
  }
}

const actions = { accepted: 'accept', declined: 'decline', withdrawn: 'withdraw' };

const decidedMeanwhile = () => t`This was decided or taken back meanwhile.`;

const looking = `
  select v.id, v.state, v.requested_by as "requestedBy", v.application_id as "applicationId",
    a.name as "applicationName", a.organisation_id as "organisationId"
  from verifications v join applications a on a.id = v.application_id`;

interface ApplicationRow {
  id: string;
  name: string;
  organisationId: string;
}

interface Row {
  id: string;
  state: string;
  requestedBy: string;
  applicationId: string;
  applicationName: string;
  organisationId: string;
}

interface Reader {
  id: string;
  name: string;
  email: string;
  language: string | null;
}

/** Domains of the application, and resources that are there. */
async function checked(tx: Tx, applicationId: string, wish: VerificationWish) {
  const domainIds = [...new Set(wish.domainIds)].filter(isId);
  const resourceIds = [...new Set(wish.resourceIds)].filter(isId);
  const note = wish.note.trim();
  const own = { id: In(domainIds), applicationId, deletedAt: IsNull() };
  const domains = await tx.countBy(Domain, own);
  const resources = await tx.countBy(Resource, { id: In(resourceIds), deletedAt: IsNull() });
  refuse({
    domainIds:
      domains === 0 || domains < domainIds.length || domains > 50
        ? () => t`Choose at least one domain of this application.`
        : undefined,
    resourceIds:
      resources === 0 || resources < resourceIds.length || resources > 50
        ? () => t`Choose at least one resource.`
        : undefined,
    note: problemOfText(note),
  });
  return { domainIds, resourceIds, note };
}

const isId = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

/** Some lines of text. */
function problemOfText(text: string): Words | undefined {
  if (text === '') return () => t`Type a line of text.`;
  if (text.length > 2000) return () => t`This text has ${2000} characters at most.`;
  return /[^\P{Cc}\n\r\t]|[\u202a-\u202e\u2066-\u2069]|\p{Cs}/u.test(text)
    ? () => t`This text cannot contain control characters.`
    : undefined;
}
