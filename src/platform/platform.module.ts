import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { Clock } from './clock.js';
import { Config } from './config/config.js';
import { FileJournal } from './journal/file-journal.js';
import { Journal, NoJournal } from './journal/journal.js';
import { Keys } from './keys/keys.js';
import { Rewrapping } from './keys/rewrap.service.js';
import { FloodLimits } from './limits/flood-limits.js';
import { Limits } from './limits/limits.js';
import { Mailer } from './mail/mailer.js';
import { Outgoing } from './outgoing/outgoing.js';
import { DnsResolver, Resolver } from './outgoing/resolver.js';
import { ErrorsFilter } from './web/errors.filter.js';
import { FormTokens } from './web/form-token.js';
import { Pages } from './web/pages.js';

/** What must stand before the application is built. */
export interface Platform {
  config: Config;
  keys: Keys;
  clock: Clock;
  dataSource: DataSource;
  mailer: Mailer;
}

/** What every feature may ask for: clock, configuration, keys, database, mail route, limits. */
@Module({})
export class PlatformModule {
  static with({ config, keys, clock, dataSource, mailer }: Platform): DynamicModule {
    const given = [
      { provide: Config, useValue: config },
      { provide: Keys, useValue: keys },
      { provide: Clock, useValue: clock },
      { provide: DataSource, useValue: dataSource },
      { provide: Mailer, useValue: mailer },
      { provide: Journal, useValue: journalOf(config) },
    ];
    return {
      module: PlatformModule,
      global: true,
      providers: [
        ...given,
        Limits,
        FloodLimits,
        Rewrapping,
        { provide: Resolver, useClass: DnsResolver },
        Outgoing,
      ],
      exports: [...given, Limits, FloodLimits, Rewrapping, Outgoing],
    };
  }
}

function journalOf({ JOURNAL_DIR: folder }: Config): Journal {
  return folder ? new FileJournal(folder) : new NoJournal();
}

/** Pages, form tokens and error pages: for the server, not for the command line. */
@Module({})
export class WebModule {
  static withErrors(): DynamicModule {
    return {
      module: WebModule,
      global: true,
      providers: [FormTokens, Pages, { provide: APP_FILTER, useClass: ErrorsFilter }],
      exports: [FormTokens, Pages],
    };
  }
}
