import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManageDomains, maySee } from '../applications/permission.js';
import type { Sight } from '../authentication/marks.js';
import type { Viewer } from '../authentication/viewer.js';
import { Clock } from '../platform/clock.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { notManaged } from './application-sight.js';

/** The application in a route's address, and the domain where it names one, for those who keep them. */
@Injectable()
export class KeptDomain implements Sight {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async check(viewer: Viewer, { application, domain }: Record<string, string>): Promise<void> {
    const ids = [uuidOf(application!), domain === undefined ? null : uuidOf(domain)];
    const [row] = await this.dataSource.query<{ kept: boolean }[]>(
      `select ${mayManageDomains('a', '$1', '$2')} as kept from applications a
       where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}
         and ($4::uuid is null or exists (select from domains d
           where d.id = $4 and d.application_id = a.id and d.deleted_at is null))`,
      [viewer.id, this.clock.now(), ...ids],
    );
    if (!row) throw new NotFound('no such application or domain for this user');
    if (!row.kept) throw new Forbidden(notManaged);
  }
}
