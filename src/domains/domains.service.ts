import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { isOwn, mayManageDomains, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { Secret } from '../secrets/secret.entity.js';
import { Domain, DomainUrl, SecretDomain, type UrlKind } from './domain.entity.js';
import {
  changedDomain,
  checkedDomain,
  type DomainChange,
  type DomainValues,
  type DomainWish,
} from './domain-values.js';
import { problemOfUrl } from './web-address.js';

/** How a call comes in. */
export interface Way {
  /** A transaction that the call is a part of. */
  within?: Tx;
  /** The door has let in IT: its file, or a program that provisions. Otherwise the actor's roles decide. */
  asIt?: boolean;
}

/** Of which domain of which application. */
export interface DomainPlace {
  applicationId: string;
  domainId: string;
}

export const mostDomains = 50;
export const mostUrls = 20;

/**
 * What the credential managers of an application, and IT, do with its domains. Foreign and absent are
 * not found; who only sees is told so. The application's row is locked: what is counted stays true.
 * @throws NotFound, Forbidden, Invalid, Conflict
 */
@Injectable()
export class Domains {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async create(
    user: Actor,
    applicationId: string,
    wish: DomainWish,
    way: Way = {},
  ): Promise<Domain> {
    const values = checkedDomain(wish);
    try {
      return await this.managing(user, applicationId, way, async (tx, application) => {
        await checkCount(tx, applicationId);
        if (values.isPrimary) await noPrimary(tx, applicationId);
        const own = { id: randomUUID(), applicationId, createdBy: user.id };
        const domain = tx.create(Domain, { ...own, ...values, createdAt: this.clock.now() });
        await tx.insert(Domain, domain);
        const { host, environment } = values;
        await this.record(tx, user, 'domain.create', application, domain, { host, environment });
        return domain;
      });
    } catch (error) {
      throw violated(error, 'domains_host_key')
        ? new Invalid({ host: () => t`This application has this domain already.` })
        : error;
    }
  }

  /** What is absent stays. Nothing is written when nothing changes. */
  async change(
    user: Actor,
    place: DomainPlace,
    change: DomainChange,
    way: Way = {},
  ): Promise<void> {
    await this.changing(user, place, way, async (tx, application, domain) => {
      const urls = await tx.findBy(DomainUrl, { domainId: domain.id });
      const after = changedDomain(domain, change, urls);
      const differences = differing(domain, after);
      if (Object.keys(differences).length === 0) return;
      if (after.isPrimary && !domain.isPrimary) await noPrimary(tx, place.applicationId);
      await tx.update(Domain, { id: domain.id }, after);
      const named = { ...domain, name: after.name };
      await this.record(tx, user, 'domain.change', application, named, differences);
    });
  }

  /** @param logo a PNG that was made by us, or null for none */
  async setLogo(
    user: Actor,
    place: DomainPlace,
    logo: Buffer | null,
    way: Way = {},
  ): Promise<void> {
    await this.changing(user, place, way, async (tx, application, domain) => {
      await tx.update(Domain, { id: domain.id }, { logo });
      const detail = { logo: logo ? 'set' : 'removed' };
      await this.record(tx, user, 'domain.change', application, domain, detail);
    });
  }

  /** Its links end with it, so it works for no secret any more; the row stays, and its host is free. */
  async delete(user: Actor, place: DomainPlace, way: Way = {}): Promise<void> {
    await this.changing(user, place, way, async (tx, application, domain) => {
      await tx.delete(SecretDomain, { domainId: domain.id });
      const gone = { deletedAt: this.clock.now(), deletedBy: user.id };
      await tx.update(Domain, { id: domain.id }, gone);
      await this.record(tx, user, 'domain.delete', application, domain, { host: domain.host });
    });
  }

  /** @returns its id */
  async addUrl(
    user: Actor,
    place: DomainPlace,
    wish: { kind: UrlKind; url: string; active?: boolean },
    way: Way = {},
  ): Promise<string> {
    const { kind, active = true } = wish;
    const url = wish.url.trim();
    try {
      return await this.changing(user, place, way, async (tx, application, domain) => {
        const problem = problemOfUrl(url, kind, domain.environment);
        if (problem) throw new Invalid({ url: problem });
        const most = mostUrls;
        if ((await tx.countBy(DomainUrl, { domainId: domain.id, kind })) >= most) {
          throw new Conflict(() => t`A domain has ${most} addresses of a kind at most.`);
        }
        const made = { id: randomUUID(), domainId: domain.id, kind, url, active };
        await tx.insert(DomainUrl, { ...made, createdAt: this.clock.now() });
        await this.record(tx, user, 'domain.add_url', application, domain, { kind, url });
        return made.id;
      });
    } catch (error) {
      throw violated(error, 'domain_urls_key')
        ? new Invalid({ url: () => t`This domain has this address already.` })
        : error;
    }
  }

  /** Nothing is sent to one that is not active. */
  async switchUrl(
    user: Actor,
    place: DomainPlace,
    urlId: string,
    active: boolean,
    way: Way = {},
  ): Promise<void> {
    await this.changing(user, place, way, async (tx, application, domain) => {
      const url = await urlOf(tx, domain, urlId);
      if (url.active === active) return;
      await tx.update(DomainUrl, { id: urlId }, { active });
      const detail = { kind: url.kind, url: url.url, active: String(active) };
      await this.record(tx, user, 'domain.change_url', application, domain, detail);
    });
  }

  async removeUrl(user: Actor, place: DomainPlace, urlId: string, way: Way = {}): Promise<void> {
    await this.changing(user, place, way, async (tx, application, domain) => {
      const { kind, url } = await urlOf(tx, domain, urlId);
      await tx.delete(DomainUrl, { id: urlId });
      await this.record(tx, user, 'domain.remove_url', application, domain, { kind, url });
    });
  }

  /** From now on the secret works on the domain. Linked twice, it is linked. */
  async link(user: Actor, place: DomainPlace, secretId: string, way: Way = {}): Promise<void> {
    const { applicationId, domainId } = place;
    await this.changing(user, place, way, async (tx, application, domain) => {
      const own = { id: secretId, applicationId, deletedAt: IsNull() };
      const secret = await tx.findOneBy(Secret, own);
      if (!secret) throw new NotFound('no such secret of this application, or deleted');
      if (await tx.existsBy(SecretDomain, { secretId, domainId })) return;
      await tx.insert(SecretDomain, { secretId, domainId, applicationId });
      const detail = { secret: secret.name, hint: secret.hint };
      await this.record(tx, user, 'domain.link', application, domain, detail);
    });
  }

  async unlink(user: Actor, place: DomainPlace, secretId: string, way: Way = {}): Promise<void> {
    const { applicationId, domainId } = place;
    await this.changing(user, place, way, async (tx, application, domain) => {
      const secret = await tx.findOneBy(Secret, { id: secretId, applicationId });
      if (!secret) throw new NotFound('no such secret of this application');
      if (!(await tx.existsBy(SecretDomain, { secretId, domainId }))) return;
      await tx.delete(SecretDomain, { secretId, domainId });
      const detail = { secret: secret.name, hint: secret.hint };
      await this.record(tx, user, 'domain.unlink', application, domain, detail);
    });
  }

  private changing<T>(
    user: Actor,
    { applicationId, domainId }: DomainPlace,
    way: Way,
    work: (tx: Tx, application: ApplicationRow, domain: Domain) => Promise<T>,
  ): Promise<T> {
    return this.managing(user, applicationId, way, async (tx, application) => {
      const domain = await tx.findOneBy(Domain, {
        ...{ id: domainId, applicationId },
        deletedAt: IsNull(),
      });
      if (!domain) throw new NotFound('no such domain of this application, or deleted');
      return work(tx, application, domain);
    });
  }

  private managing<T>(
    user: Actor,
    applicationId: string,
    { within, asIt = false }: Way,
    work: (tx: Tx, application: ApplicationRow) => Promise<T>,
  ): Promise<T> {
    return inTransaction(within ?? this.dataSource, async (tx) => {
      const { sql, values } = permissionOf(user, asIt, this.clock.now());
      const [application] = await tx.query<(ApplicationRow & { may_manage: boolean })[]>(
        `select a.id, a.organisation_id, ${sql.manage} as may_manage
         from applications a where a.id = $1 and a.deleted_at is null and ${sql.see}
         for no key update of a`,
        [applicationId, ...values],
      );
      if (!application) throw new NotFound('no such application for this user');
      if (!application.may_manage) {
        throw new Forbidden(() => t`Only the credential managers of this application can do this.`);
      }
      return work(tx, application);
    });
  }

  private record(
    tx: Tx,
    user: Actor,
    action: string,
    application: ApplicationRow,
    { id, name }: Pick<Domain, 'id' | 'name'>,
    detail: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(tx, user, {
      action,
      subject: { kind: 'domain', id, name },
      applicationId: application.id,
      organisationId: application.organisation_id,
      detail,
    });
  }
}

interface ApplicationRow {
  id: string;
  organisation_id: string;
}

function permissionOf(user: Actor, asIt: boolean, now: Date) {
  if (asIt) return { sql: { see: 'true', manage: 'true' }, values: [] };
  if (user.machine) {
    return { sql: { see: isOwn('a', '$2'), manage: 'true' }, values: [user.machine.applicationId] };
  }
  const sql = { see: maySee('a', '$2', '$3'), manage: mayManageDomains('a', '$2', '$3') };
  return { sql, values: [user.id, now] };
}

async function checkCount(tx: Tx, applicationId: string): Promise<void> {
  const most = mostDomains;
  if ((await tx.countBy(Domain, { applicationId, deletedAt: IsNull() })) >= most) {
    throw new Conflict(() => t`An application has ${most} domains at most.`);
  }
}

async function noPrimary(tx: Tx, applicationId: string): Promise<void> {
  await tx.update(Domain, { applicationId, isPrimary: true }, { isPrimary: false });
}

async function urlOf(tx: Tx, { id }: Domain, urlId: string): Promise<DomainUrl> {
  const url = await tx.findOneBy(DomainUrl, { id: urlId, domainId: id });
  if (!url) throw new NotFound('no such address of this domain');
  return url;
}

/** What the audit says of a change: each value before and after. */
function differing(before: DomainValues, after: DomainValues): Record<string, string> {
  const names = Object.keys(after) as (keyof DomainValues)[];
  return Object.fromEntries(
    names
      .map((name) => [name, inWords(before[name]), inWords(after[name])] as const)
      .filter(([, was, is]) => was !== is)
      .map(([name, was, is]) => [name, `${was} → ${is}`]),
  );
}

function inWords(value: DomainValues[keyof DomainValues]): string {
  return Array.isArray(value) ? value.join(', ') || '–' : String(value ?? '–');
}
