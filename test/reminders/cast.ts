import { Logger } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import type { DataSource } from 'typeorm';
import { Application, Resource } from '../../src/applications/application.entity.js';
import { RoleAssignment } from '../../src/applications/role-assignment.entity.js';
import { Organisation } from '../../src/organisations/organisation.entity.js';
import { FixedClock } from '../../src/platform/clock.js';
import type { Config } from '../../src/platform/config/config.js';
import { keysOf } from '../../src/platform/config/load.js';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import type { Mailer } from '../../src/platform/mail/mailer.js';
import { Outbox } from '../../src/platform/mail/outbox.service.js';
import { SmtpMailer } from '../../src/platform/mail/smtp-mailer.js';
import { Passes } from '../../src/reminders/passes.js';
import { Delivery } from '../../src/reminders/reminders.delivery.js';
import { Planning } from '../../src/reminders/reminders.planning.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { Retries } from '../../src/reminders/retries.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { entities, migrations } from '../../src/schema.js';
import { User } from '../../src/users/user.entity.js';
import { testConfig } from '../support/app.js';
import { createTestDatabase, patience, type TestDatabase, urlOf } from '../support/database.js';
import { TestSmtp } from '../support/smtp.js';

export const day = (text: string, time = '07:00:00') => new Date(`${text}T${time}Z`);
export const days = (count: number) => count * 86_400_000;
const longAgo = day('2026-01-01');

/** No time passes between the passes of a run; how long it would have been is kept. */
export class NoWaiting extends Retries {
  readonly waited: number[] = [];

  override wait(milliseconds: number): Promise<void> {
    this.waited.push(milliseconds);
    return Promise.resolve();
  }
}

/** One instance of the service, as far as reminders go. */
export interface Instance {
  dataSource: DataSource;
  mailer: Mailer;
  outbox: Outbox;
  retries: NoWaiting;
  planning: Planning;
  delivery: Delivery;
  reminders: Reminders;
}

/** A database, a mail server, an instance, and the people and secrets that a test puts in. */
export class Stage {
  readonly clock = new FixedClock(day('2027-03-01'));
  readonly smtp = new TestSmtp();
  config: Config;
  instance: Instance;
  private database: TestDatabase;
  private readonly others: Instance[] = [];

  static async open(settings: Record<string, string> = {}): Promise<Stage> {
    // Faults that a test makes would be told on the terminal.
    Logger.overrideLogger(false);
    const stage = new Stage();
    stage.database = await createTestDatabase();
    await stage.smtp.start();
    stage.config = testConfig({ SMTP_URL: stage.smtp.url, ...settings });
    stage.instance = stage.instanceOn(stage.database.dataSource);
    return stage;
  }

  get dataSource(): DataSource {
    return this.database.dataSource;
  }

  /** What a process on the same database and mail server is started with. */
  get environment(): Record<string, string> {
    const { SMTP_URL, MAIL_FROM, SUPPORT_ADDRESS, SESSION_KEYS, HASH_KEYS, ENCRYPTION_KEYS } = this
      .config as unknown as Record<string, string>;
    const keys = { SESSION_KEYS, HASH_KEYS, ENCRYPTION_KEYS };
    const settings = { SMTP_URL, MAIL_FROM, SUPPORT_ADDRESS, ...keys } as Record<string, string>;
    return { ...settings, DATABASE_URL: urlOf(this.database.connection) };
  }

  instanceOn(dataSource: DataSource, mailer: Mailer = this.mailer()): Instance {
    const { clock, config } = this;
    const outbox = new Outbox(dataSource, keysOf(config), mailer, clock, config);
    const retries = new NoWaiting();
    const planning = new Planning(dataSource, outbox, config);
    const delivery = new Delivery(dataSource, mailer, config);
    const passes = new Passes(dataSource, delivery, retries, mailer);
    const reminders = new Reminders(dataSource, planning, passes, outbox, clock, config);
    return { dataSource, mailer, outbox, retries, planning, delivery, reminders };
  }

  /** Another instance with connections of its own. */
  async another(): Promise<Instance> {
    const dataSource = buildDataSource(this.database.connection, entities, migrations, patience);
    await dataSource.initialize();
    const instance = this.instanceOn(dataSource);
    this.others.push(instance);
    return instance;
  }

  mailer(): SmtpMailer {
    const patience = { connect: 2_000, greeting: 2_000, silence: 500, message: 4_000 };
    return new SmtpMailer(this.config, this.clock, patience);
  }

  /** Everything that people and secrets left behind. */
  async clear(): Promise<void> {
    this.smtp.received.splice(0);
    this.smtp.attempts.splice(0);
    // Faster than truncate, which makes new files.
    const tables = [
      'reminders',
      'acknowledgements',
      'bounce_warnings',
      'mails',
      'reminder_runs',
      'secrets',
      'role_assignments',
      'applications',
      'users',
      'organisations',
    ];
    await this.dataSource.query(tables.map((table) => `delete from ${table}`).join(';'));
  }

  async close(): Promise<void> {
    for (const { dataSource, mailer } of [...this.others, this.instance]) {
      await mailer.close();
      if (dataSource !== this.dataSource) await dataSource.destroy();
    }
    await this.smtp.stop();
    await this.database.drop();
  }

  async organisation(slug = `Org${randomBytes(4).toString('hex')}`): Promise<Organisation> {
    const row = {
      id: randomUUID(),
      country: 'NL',
      name: `Stichting ${slug}`,
      slug,
      ion: null,
      operator: false,
      createdAt: longAgo,
    };
    await this.dataSource.getRepository(Organisation).insert(row);
    return row;
  }

  async application({ id, slug }: Organisation, api = 'SMC'): Promise<Application> {
    const row = {
      id: randomUUID(),
      clientId: randomUUID(),
      organisationId: id,
      kind: 'partner' as const,
      country: 'NL',
      slug,
      apiCode: api,
      name: `Partner-NL-${slug}-${api}`,
      createdAt: longAgo,
      createdBy: null,
      disabledAt: null,
      disabledBy: null,
      deletedAt: null,
      deletedBy: null,
    };
    await this.dataSource.getRepository(Application).insert(row);
    return row;
  }

  async user(
    { id }: { id: string | null },
    address: string,
    changes: Partial<User> = {},
  ): Promise<User> {
    const row = {
      id: randomUUID(),
      organisationId: id,
      email: address,
      name: address.split('@')[0]!,
      language: 'en',
      passwordHash: null,
      createdAt: longAgo,
      activatedAt: longAgo,
      lastSignInAt: null,
      closedAt: null,
      ...changes,
    };
    await this.dataSource.getRepository(User).insert(row);
    return row;
  }

  async role(
    user: User,
    role: string,
    application: Application | null,
    changes: Partial<RoleAssignment> = {},
  ): Promise<RoleAssignment> {
    const row = {
      id: randomUUID(),
      userId: user.id,
      role,
      organisationId: user.organisationId,
      applicationId: application?.id ?? null,
      confirmedBy: 'the board',
      confirmedOn: '2026-01-01',
      grantedBy: null,
      grantedAt: longAgo,
      endsAt: null,
      withdrawnAt: null,
      withdrawnBy: null,
      ...changes,
    };
    await this.dataSource.getRepository(RoleAssignment).insert(row);
    return row;
  }

  /** @param last its last day; made half a year before unless said otherwise */
  async secret(
    { id }: { id: string | null },
    last: string,
    changes: Partial<Secret> = {},
  ): Promise<Secret> {
    const expiresAt = new Date(day(last, '00:00:00').getTime() + days(1));
    const row = {
      id: randomUUID(),
      applicationId: id,
      resourceId: null,
      name: `Key ${randomBytes(3).toString('hex')}`,
      hint: 'a7K',
      digest: randomBytes(32),
      keyNumber: 1,
      createdBy: null,
      createdBySecret: null,
      createdAt: new Date(expiresAt.getTime() - days(180)),
      expiresAt,
      disabledAt: null,
      disabledBy: null,
      deletedAt: null,
      deletedBy: null,
      firstUsedAt: null,
      lastUsedAt: null,
      lostAt: null,
      endToldAt: null,
      ...changes,
    };
    await this.dataSource.getRepository(Secret).insert(row);
    return row;
  }

  /** Somebody of the operator, in IT unless a role says otherwise. */
  async staff(address: string, changes: Partial<User> = {}, role: Partial<RoleAssignment> = {}) {
    const user = await this.user({ id: null }, address, changes);
    await this.role(user, 'it', null, { confirmedBy: null, confirmedOn: null, ...role });
    return user;
  }

  /** A resource that comes with the service. */
  resource(name = 'Match-Connect', environment: Resource['environment'] = 'production') {
    return this.dataSource.getRepository(Resource).findOneByOrFail({ name, environment });
  }

  /** A secret of its server; like one of an application in everything else. */
  serverSecret({ id }: Resource, last: string, changes: Partial<Secret> = {}): Promise<Secret> {
    return this.secret({ id: null }, last, { resourceId: id, ...changes });
  }

  /** An organisation with one application, its manager and one secret. */
  async small(last: string, address = 'anna@matchpunt.example', userId = randomUUID()) {
    const organisation = await this.organisation();
    const application = await this.application(organisation);
    const manager = await this.user(organisation, address, { id: userId });
    const role = await this.role(manager, 'credential_manager', application);
    const secret = await this.secret(application, last);
    return { organisation, application, manager, role, secret };
  }

  /** A run for this instant, whatever the hour. */
  run(now: Date) {
    this.clock.set(now);
    return this.instance.reminders.run({ now, force: true });
  }

  /** What arrived since the last look: recipient and the ledger rows in it. */
  arrived(): string[] {
    return this.smtp.takeAll().flatMap(({ to, lines }) => {
      const rows = lines('X-Reminder').map((line) => line.split('; ')[1]!);
      return rows.length > 0 ? rows.map((milestone) => `${to} ${milestone}`) : [`${to} notice`];
    });
  }

  /** The ledger as `recipient milestone state`, in that order. */
  async ledger(): Promise<string[]> {
    const rows = await this.dataSource.query<{ line: string }[]>(
      `select coalesce(u.email, '-') || ' ' || l.milestone || ' ' || l.state as line
       from reminders l left join users u on u.id = l.recipient_id order by 1`,
    );
    return rows.map(({ line }) => line);
  }
}
