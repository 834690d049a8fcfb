import { mostServerIps } from '../../../domains/domain-values.js';
import { Flag, Instant, OneOf, Parts, Text, Texts, Uuid } from '../contract/fields.js';

export const domainEnvironments = ['live', 'test'] as const;

const about = {
  host: 'Compared without case, port, dot at the end and leading `www.`; it never changes.',
  environment: '`live` needs https. On a `test` domain only accepted test users sign in.',
  allowLogin: 'Whether users may be signed in for it.',
  allowApi: 'Whether calls other than those of a sign-in are answered.',
  active: 'When it is not, every call with it is refused.',
  isPrimary: 'It stands for the application, in place of the one that did.',
  serverIps: `Addresses and networks from which its servers call, at most ${mostServerIps}; none: from everywhere.`,
  fallbackUri: 'Where a browser goes after a sign-in that failed.',
};

/** What can be changed; what is left out stays. */
export class DomainChange {
  @Text({ max: 400, optional: true })
  name?: string;

  @OneOf(domainEnvironments, { optional: true, about: about.environment })
  environment?: (typeof domainEnvironments)[number];

  @Flag({ optional: true, about: about.allowLogin })
  allowLogin?: boolean;

  @Flag({ optional: true, about: about.allowApi })
  allowApi?: boolean;

  @Flag({ optional: true, about: about.active })
  active?: boolean;

  @Flag({ optional: true, about: about.isPrimary })
  isPrimary?: boolean;

  @Texts({ optional: true, about: about.serverIps, example: ['192.0.2.0/24'] })
  serverIps?: string[];

  @Text({ max: 4000, optional: true, nullable: true, about: about.fallbackUri })
  fallbackUri?: string | null;
}

/** What is left out is as on the page: active, with calls and without sign-in. */
export class NewDomain {
  @Text({ max: 300, about: about.host, example: 'www.example.org' })
  host: string;

  @Text({ max: 400 })
  name: string;

  @OneOf(domainEnvironments, { about: about.environment })
  environment: (typeof domainEnvironments)[number];

  @Flag({ optional: true, about: about.allowLogin })
  allowLogin?: boolean;

  @Flag({ optional: true, about: about.allowApi })
  allowApi?: boolean;

  @Flag({ optional: true, about: about.active })
  active?: boolean;

  @Flag({ optional: true, about: about.isPrimary })
  isPrimary?: boolean;

  @Texts({ optional: true, about: about.serverIps, example: ['192.0.2.0/24'] })
  serverIps?: string[];

  @Text({ max: 4000, optional: true, nullable: true, about: about.fallbackUri })
  fallbackUri?: string | null;
}

export class NewCallback {
  @Text({ max: 4000, about: 'Compared character for character.' })
  url: string;

  @Flag({ optional: true, about: 'Absent: `true`.' })
  active?: boolean;
}

export class CallbackChange {
  @Flag({ about: '`false`: no browser is sent to it.' })
  active: boolean;
}

export class CallbackAnswer {
  @Uuid()
  id: string;

  @Text()
  url: string;

  @Flag()
  active: boolean;
}

export class DomainAnswer {
  @Uuid()
  id: string;

  @Uuid()
  applicationId: string;

  @Text({ about: about.host })
  host: string;

  @Text()
  name: string;

  @OneOf(domainEnvironments)
  environment: string;

  @Flag({ about: about.allowLogin })
  allowLogin: boolean;

  @Flag({ about: about.allowApi })
  allowApi: boolean;

  @Flag({ about: about.active })
  active: boolean;

  @Flag()
  isPrimary: boolean;

  @Texts()
  serverIps: string[];

  @Text({ nullable: true, about: about.fallbackUri })
  fallbackUri: string | null;

  @Parts(() => CallbackAnswer, { about: 'Where a browser may come back to after a sign-in.' })
  callbacks: CallbackAnswer[];

  @Texts({ about: 'The ids of the secrets that work on it.' })
  secretIds: string[];

  @Instant()
  createdAt: string;
}
