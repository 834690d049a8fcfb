import { randomUUID } from 'node:crypto';
import { type DataSource, MoreThan } from 'typeorm';
import { applicationName } from '../applications/application-name.js';
import { type Application, Resource } from '../applications/application.entity.js';
import { Applications } from '../applications/applications.service.js';
import type { BuiltInRole } from '../applications/role-assignment.entity.js';
import { Roles } from '../applications/roles.service.js';
import { Audit, theService } from '../audit/audit.service.js';
import { TotpFactor } from '../authentication/authentication.entity.js';
import { Factors } from '../authentication/factor.service.js';
import { hashPassword } from '../authentication/password-hash.js';
import { newTotpKey } from '../authentication/totp.js';
import { Domains } from '../domains/domains.service.js';
import { Organisations } from '../organisations/organisations.service.js';
import { FixedClock } from '../platform/clock.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Limits } from '../platform/limits/limits.js';
import type { Platform } from '../platform/platform.module.js';
import { addDays, utcDay } from '../platform/utc-day.js';
import { Secret } from '../secrets/secret.entity.js';
import { Secrets } from '../secrets/secrets.service.js';
import { User } from '../users/user.entity.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { Users } from '../users/users.service.js';
import * as world from './world.js';

export interface DemoAccount {
  email: string;
  password: string;
  totpKey: string;
  role: BuiltInRole | 'none';
  organisation: string;
}

/** What `npm run demo -- --json` prints, without the addresses. */
export interface DemoWorld {
  accounts: DemoAccount[];
  applications: { name: string; clientId: string; organisation: string; managers: string[] }[];
  secrets: { clientId: string; name: string; value: string }[];
}

const day = 24 * 3_600_000;

/** Days ago on which someone left. */
const goodbyeAge = 28;

/** Puts the demo world into an empty database, through the same services that people use. */
export async function makeWorld(platform: Platform): Promise<DemoWorld> {
  const maker = new WorldMaker(platform);
  // In the order of time, as the audit would have it.
  await maker.organisations();
  await maker.people();
  await maker.applications();
  await maker.roles();
  await maker.secrets(({ age }) => age > goodbyeAge);
  await maker.goodbyes();
  await maker.domains();
  await maker.secrets(({ age }) => age <= goodbyeAge);
  await maker.invitations();
  await maker.mails();
  return maker.result();
}

class WorldMaker {
  private readonly now: Date;
  private readonly clock: FixedClock;
  private readonly dataSource: DataSource;
  private readonly outbox: Outbox;
  private readonly services;
  private readonly organisationIds = new Map<string, string>();
  private readonly users = new Map<string, User>();
  private readonly made = new Map<string, Application>();
  private readonly accounts: DemoAccount[] = [];
  private readonly values: DemoWorld['secrets'] = [];

  constructor(private readonly platform: Platform) {
    const { config, keys, dataSource, mailer } = platform;
    this.now = platform.clock.now();
    this.clock = new FixedClock(this.ago(400));
    this.dataSource = dataSource;
    const audit = new Audit(this.clock);
    this.outbox = new Outbox(dataSource, keys, mailer, this.clock, config);
    const { outbox } = this;
    const notices = new AccountNotices(outbox, this.clock, config);
    this.services = {
      organisations: new Organisations(dataSource, audit, this.clock),
      users: new Users(dataSource, outbox, notices, audit, keys, this.clock, config),
      applications: new Applications(dataSource, audit, this.clock),
      roles: new Roles(dataSource, audit, this.clock),
      secrets: new Secrets(dataSource, audit, keys, this.clock, config),
      domains: new Domains(dataSource, audit, this.clock),
      factors: new Factors(dataSource, this.clock, keys, new Limits(dataSource, this.clock)),
    };
  }

  async organisations(): Promise<void> {
    for (const wish of world.organisations) {
      const { id } = await this.services.organisations.create(theService, wish);
      this.organisationIds.set(wish.slug, id);
    }
  }

  async people(): Promise<void> {
    const passwordHash = await hashPassword(world.demoPassword);
    for (const person of world.people) {
      if (person.standing !== 'invited') await this.addActive(person, passwordHash);
    }
  }

  async applications(): Promise<void> {
    const resources = await this.dataSource.getRepository(Resource).find();
    for (const each of world.applications) {
      const organisationId = this.organisationIds.get(each.organisation)!;
      const application = await this.services.applications.create(theService, {
        organisationId,
        kind: each.kind,
        apiCode: each.api,
      });
      this.made.set(application.name, application);
      for (const { id, name, environment } of resources) {
        if (!each.resources.includes(`${name} ${environment}`)) continue;
        await this.services.applications.grant(theService, application.id, id);
      }
      const own = each.scopes && resources.find(({ scope }) => scope === 'keyturn');
      if (own) {
        const { scopes } = each;
        await this.services.applications.grant(theService, application.id, own.id, scopes);
      }
      if (each.disabled) await this.services.applications.disable(theService, application.id);
    }
  }

  async roles(): Promise<void> {
    for (const person of world.people) {
      if (person.standing !== 'invited') await this.giveRoles(person);
    }
  }

  async invitations(): Promise<void> {
    this.clock.set(this.now);
    for (const person of world.people) {
      if (person.standing !== 'invited') continue;
      await this.invite(person);
      await this.giveRoles(person);
    }
  }

  async secrets(when: (secret: world.DemoSecret) => boolean): Promise<void> {
    const today = utcDay(this.now);
    const inTime = world.secrets.filter(when).sort((a, b) => b.age - a.age);
    for (const each of inTime) {
      this.clock.set(this.ago(each.age));
      const owner = { ...this.user(each.by), address: null };
      const application = this.made.get(each.application)!;
      const { secret, value } = await this.services.secrets.issue(owner, application.id, {
        name: each.name,
        lastDay: addDays(today, each.left),
      });
      if (each.off) await this.services.secrets.switchOff(owner, application.id, secret.id);
      if (each.usedAgo !== undefined) await this.use(secret.id, each.usedAgo);
      this.values.push({ clientId: application.clientId, name: each.name, value });
    }
  }

  /** Who has left closes the door after making secrets. */
  async goodbyes(): Promise<void> {
    this.clock.set(this.ago(goodbyeAge));
    for (const { email, standing } of world.people) {
      if (standing === 'left') await this.services.users.close(theService, this.user(email).id);
    }
  }

  /** They work with the secrets that the application has by then. */
  async domains(): Promise<void> {
    for (const { application, by, callbacks, ...wish } of world.domains) {
      const owner = { ...this.user(by), address: null };
      const applicationId = this.made.get(application)!.id;
      const { id: domainId } = await this.services.domains.create(owner, applicationId, wish);
      const place = { applicationId, domainId };
      for (const url of callbacks) {
        await this.services.domains.addUrl(owner, place, { kind: 'callback', url });
      }
      const live = { applicationId, expiresAt: MoreThan(this.clock.now()) };
      for (const { id } of await this.dataSource.getRepository(Secret).findBy(live)) {
        await this.services.domains.link(owner, place, id);
      }
    }
  }

  /** Nothing of the making goes on in the background afterwards. */
  async mails(): Promise<void> {
    await this.outbox.deliverDue();
    await this.outbox.onModuleDestroy();
  }

  result(): DemoWorld {
    return {
      accounts: this.accounts,
      applications: world.applications.map(({ organisation, kind, api }) => {
        const { country, slug } = world.organisations.find(({ slug }) => slug === organisation)!;
        const name = applicationName({ kind, country, slug, api });
        const managers = world.people
          .filter(
            ({ standing, roles }) =>
              standing !== 'left' && roles.some(({ application }) => application === name),
          )
          .map(({ email }) => email);
        return { name, clientId: this.made.get(name)!.clientId, organisation, managers };
      }),
      secrets: this.values,
    };
  }

  private async invite({ email, name, organisation }: world.DemoPerson): Promise<void> {
    const organisationId = organisation ? this.organisationIds.get(organisation)! : null;
    const inviter = { ...this.user('ines@keyturn.example'), address: null };
    this.users.set(
      email,
      await this.services.users.invite(inviter, { email, name, organisationId }),
    );
  }

  private async giveRoles({ email, roles, organisation }: world.DemoPerson): Promise<void> {
    for (const { role, application } of roles) {
      await this.services.roles.give(theService, {
        userId: this.user(email).id,
        role,
        applicationId: application && this.made.get(application)!.id,
        confirmedBy: organisation && `Board secretary of ${organisation}`,
        confirmedOn: utcDay(new Date(this.clock.now().getTime() - day)),
      });
    }
  }

  /** Someone who went through the first sign-in long ago. */
  private async addActive(person: world.DemoPerson, passwordHash: string): Promise<void> {
    const { email, name, organisation, roles, standing } = person;
    const { keys } = this.platform;
    const totpKey = newTotpKey();
    const user: User = {
      id: randomUUID(),
      organisationId: organisation ? this.organisationIds.get(organisation)! : null,
      email,
      name,
      passwordHash,
      createdAt: this.clock.now(),
      activatedAt: this.clock.now(),
      lastSignInAt: this.ago(standing === 'left' ? 29 : 12),
      closedAt: null,
    };
    await this.dataSource.getRepository(User).insert(user);
    await this.dataSource.getRepository(TotpFactor).insert({
      userId: user.id,
      sealedKey: keys.seal(`totp_factors ${user.id}`, totpKey),
      confirmedAt: this.clock.now(),
      lastStep: '0',
    });
    await this.services.factors.replaceRecoveryCodes(this.dataSource.manager, user.id);
    this.users.set(email, user);
    if (standing === 'left') return;
    this.accounts.push({
      email,
      password: world.demoPassword,
      totpKey,
      role: roles[0]?.role ?? 'none',
      organisation: organisation ?? '',
    });
  }

  /** Recorded as if a token had been asked for with it. */
  private async use(id: string, usedAgo: number): Promise<void> {
    const lastUsedAt = new Date(this.ago(usedAgo).getTime() - 600_000);
    await this.dataSource.getRepository(Secret).update({ id }, { lastUsedAt });
  }

  private user(email: string): User {
    return this.users.get(email)!;
  }

  private ago(days: number): Date {
    return new Date(this.now.getTime() - days * day);
  }
}
