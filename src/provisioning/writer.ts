import { Injectable } from '@nestjs/common';
import { Apis } from '../applications/apis.service.js';
import { Applications } from '../applications/applications.service.js';
import { Resources } from '../applications/resources.service.js';
import { CustomRoles } from '../applications/custom-roles.service.js';
import { Roles } from '../applications/roles.service.js';
import type { Actor } from '../audit/audit.service.js';
import { Organisations } from '../organisations/organisations.service.js';
import type { Tx } from '../platform/database/tx.js';
import { Users } from '../users/users.service.js';
import { BatchWrites } from './batch-writes.js';
import { DomainWrites } from './domain-writes.js';
import type { Work } from './plan.js';

/** Told how many of how many writings are done. */
export type Progress = (done: number, total: number) => void;

/** Writes what a plan comes to. What can be many goes in batches, the rest through the services. */
@Injectable()
export class Writer {
  constructor(
    private readonly apis: Apis,
    private readonly resources: Resources,
    private readonly organisations: Organisations,
    private readonly applications: Applications,
    private readonly domains: DomainWrites,
    private readonly users: Users,
    private readonly roles: Roles,
    private readonly customRoles: CustomRoles,
    private readonly writes: BatchWrites,
  ) {}

  async write(
    tx: Tx,
    actor: Actor,
    work: Work,
    progress: Progress = () => undefined,
  ): Promise<void> {
    const lists = Object.values(work) as unknown[][];
    const total = lists.reduce((sum, list) => sum + list.length, 0);
    let done = 0;
    const each = async <T>(list: T[], write: (item: T) => Promise<unknown>) => {
      for (const item of list) {
        await write(item);
        progress(++done, total);
      }
    };
    const all = async <T>(list: T[], write: (part: T[]) => Promise<void>) => {
      for (let from = 0; from < list.length; from += 1000) {
        const part = list.slice(from, from + 1000);
        await write(part);
        progress((done += part.length), total);
      }
    };
    const { apis, resources, organisations, applications, users, roles, writes } = this;
    const { customRoles } = this;
    await each(work.newApis, (wish) => apis.create(actor, wish, tx));
    await each(work.renamedApis, ({ code, name }) => apis.rename(actor, code, name, tx));
    await each(work.newResources, async ({ id, minutes, format, ...wish }) => {
      await resources.create(actor, wish, tx, id);
      await resources.setTokens(actor, id, { minutes, format }, tx);
    });
    await each(work.changedResources, async ({ id, name, ...tokens }) => {
      await resources.rename(actor, id, name, tx);
      await resources.setTokens(actor, id, tokens, tx);
    });
    await each(work.newCustomRoles, async ({ active, ...wish }) => {
      await customRoles.create(actor, wish, tx);
      if (!active) await customRoles.turn(actor, wish.key, false, tx);
    });
    await each(work.changedCustomRoles, async ({ key, active, values }) => {
      await customRoles.change(actor, key, values, undefined, tx);
      await customRoles.turn(actor, key, active, tx);
    });
    await each(work.changedOrganisations, ({ id, ion, ...wish }) =>
      organisations.change(actor, id, { ...wish, ion: ion ?? '' }, tx),
    );
    await all(work.newOrganisations, (part) => writes.organisations(tx, actor, part));
    await all(work.newApplications, (part) => writes.applications(tx, actor, part));
    await each(work.disabled, (id) => applications.disable(actor, id, tx));
    await each(work.enabled, (id) => applications.enable(actor, id, tx));
    await all(work.newGrants, (part) => writes.grants(tx, actor, part));
    await each(work.scopedGrants, ({ applicationId, resourceId, scopes }) =>
      applications.grant(actor, applicationId, resourceId, scopes, tx),
    );
    const places = await idsOf(tx, work.domains);
    await each(work.domains, (task) =>
      this.domains.write(tx, actor, places.get(task.application)!, task),
    );
    await each(work.deletedDomains, (place) => this.domains.delete(tx, actor, place));
    await each(work.newUsers, (wish) => users.invite(actor, wish, tx));
    await each(work.renamedUsers, ({ id, name }) => users.rename(actor, id, name, tx));
    await each(work.withdrawnRoles, (id) => roles.withdraw(actor, id, tx));
    const ids = await idsOf(tx, work.newRoles);
    await each(work.newRoles, ({ email, application, ...wish }) =>
      roles.give(
        actor,
        { ...wish, userId: ids.get(email)!, applicationId: application && ids.get(application) },
        tx,
      ),
    );
    await each(work.withdrawnGrants, ({ applicationId, resourceId }) =>
      applications.withdrawGrant(actor, applicationId, resourceId, tx),
    );
    await each(work.deletedApplications, (id) => applications.delete(actor, id, tx));
    await each(work.closedUsers, (id) => users.close(actor, id, tx));
    await each(work.deletedResources, (id) => resources.delete(actor, id, tx));
    await each(work.deletedApis, (code) => apis.delete(actor, code, tx));
  }
}

/** The accounts by address and the applications by name, also those that this transaction made. */
async function idsOf(
  tx: Tx,
  rows: { email?: string; application?: string }[],
): Promise<Map<string, string>> {
  const found = await tx.query<{ name: string; id: string }[]>(
    `select email as name, id from users where email = any ($1) and closed_at is null
     union all
     select name, id from applications where name = any ($2) and deleted_at is null`,
    [
      rows.flatMap(({ email }) => email ?? []),
      rows.flatMap(({ application }) => application ?? []),
    ],
  );
  return new Map(found.map(({ name, id }) => [name, id]));
}
