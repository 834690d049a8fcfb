import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManage, maySee } from '../applications/permission.js';
import type { Sight } from '../authentication/marks.js';
import type { Viewer } from '../authentication/viewer.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { uuidOf } from '../platform/web/uuid-param.js';

export const notManaged = () => t`Only the credential managers of this application can do this.`;

/** The application in a route's address, and the secret where it names one (R8). */
@Injectable()
export class SeenApplication implements Sight {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  async check(viewer: Viewer, params: Record<string, string>): Promise<void> {
    await this.find(viewer, params);
  }

  /** @throws NotFound */
  protected async find(
    viewer: Viewer,
    { application, secret }: Record<string, string>,
  ): Promise<{ managed: boolean }> {
    const ids = [uuidOf(application!), secret === undefined ? null : uuidOf(secret)];
    const [row] = await this.dataSource.query<{ managed: boolean }[]>(
      `select ${mayManage('a', '$1', '$2')} as managed from applications a
       where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}
         and ($4::uuid is null or exists (select 1 from secrets s
           where s.id = $4 and s.application_id = a.id and s.deleted_at is null))`,
      [viewer.id, this.clock.now(), ...ids],
    );
    if (!row) throw new NotFound('no such application or secret for this user');
    return row;
  }
}

/** The same, for what its credential managers alone may do. */
@Injectable()
export class ManagedApplication extends SeenApplication {
  override async check(viewer: Viewer, params: Record<string, string>): Promise<void> {
    const { managed } = await this.find(viewer, params);
    if (!managed) throw new Forbidden(notManaged);
  }
}
