import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManageDomains, maySee } from '../applications/permission.js';
import type { Sight } from '../authentication/marks.js';
import type { Viewer } from '../authentication/viewer.js';
import { Clock } from '../platform/clock.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { notManaged } from './application-sight.js';

/** The user's own connection with an application, or request about one. */
@Injectable()
export class OwnAccess implements Sight {
  constructor(private readonly dataSource: DataSource) {}

  async check(viewer: Viewer, { id }: Record<string, string>): Promise<void> {
    const rows = await this.dataSource.query<unknown[]>(
      `select from client_users where user_id = $1 and application_id = $2
       union all select from access_requests where user_id = $1 and id = $2`,
      [viewer.id, uuidOf(id!)],
    );
    if (rows.length === 0) throw new NotFound('not this user’s');
  }
}

/** An application, and what was asked for of it, for those who decide who signs in. */
@Injectable()
export class KeptSignIns implements Sight {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async check(viewer: Viewer, { application, asked }: Record<string, string>): Promise<void> {
    const ids = [uuidOf(application!), asked === undefined ? null : uuidOf(asked)];
    const [row] = await this.dataSource.query<{ kept: boolean }[]>(
      `select ${mayManageDomains('a', '$1', '$2')} as kept from applications a
       where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}
         and ($4::uuid is null
           or exists (select from access_requests q where q.id = $4 and q.application_id = a.id)
           or exists (select from verifications v where v.id = $4 and v.application_id = a.id))`,
      [viewer.id, this.clock.now(), ...ids],
    );
    if (!row) throw new NotFound('no such application or request for this user');
    if (!row.kept) throw new Forbidden(notManaged);
  }
}
