import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { ownAudience, ownResource } from './own-audience.js';

/**
 * Writes under which audience our own API stands among the resources, since the migration could not know
 * PUBLIC_URL. For the server alone: a command may run with the port or address of nobody.
 */
@Injectable()
export class OwnAudienceJob implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.dataSource.query(
      `update resources set audience = $2 where id = $1 and audience <> $2`,
      [ownResource, ownAudience(this.config)],
    );
  }
}
