import { Injectable } from '@nestjs/common';
import type { TokenFormat } from '../applications/application.entity.js';
import { signInResource } from '../applications/sign-in-resource.js';
import { CredentialLookup, type Found, type Question, type Standing } from './credential-lookup.js';
import { Refusals } from './refusals.service.js';
import type { DomainReason, SecretReason } from './secret-use.entity.js';
import { supersedes } from './superseded.js';
import { SecretUses } from './uses.service.js';

export interface Credentials {
  clientId: string;
  /** The value of a secret, or what is said to be one. */
  secret: string;
}

/** A resource that the application may reach. */
export interface GrantedResource {
  id: string;
  audience: string;
  scope: string;
  /** Those of its scopes that are granted, for a resource that has any. */
  scopes: string[];
  tokenSeconds: number;
  tokenFormat: TokenFormat;
}

/** The secret that was shown, and the client ID that it belongs to. */
interface Proof {
  clientId: string;
  secretId: string;
  secretName: string;
  hint: string;
  createdAt: Date;
  expiresAt: Date;
  lastUsedAt: Date | null;
  /** A newer secret of the application is in use (M7, T6). */
  replacedByNewer: boolean;
}

/** An application that has proved itself, with what it may reach. */
export interface ProvenClient extends Proof {
  serverOf: null;
  applicationId: string;
  applicationName: string;
  organisationId: string;
  resources: GrantedResource[];
}

/** A resource server that has proved itself: it may ask about tokens for its audience. */
export interface ProvenServer extends Proof {
  /** The audience of its resource. */
  serverOf: string;
}

export type Proven = ProvenClient | ProvenServer;

/** A good caller, and what is answered about it. */
export interface Answered<Answer = unknown> {
  secretId: string;
  clientId: string;
  /** The audience of its resource, for a resource server. */
  serverOf: string | null;
  /** When the secret ends, in milliseconds since 1970. */
  expiresAt: number;
  answer: Answer;
}

/** A good secret, of an application that may be disabled. */
export interface Examined<Answer = unknown> extends Answered<Answer> {
  applicationDisabled: boolean;
  /** When it was looked up. */
  at: Date;
}

/**
 * The one answer to "are this client ID and this secret good?", for every machine route. The database
 * decides at every call, so what was deleted or switched off is refused from the next call on, on
 * every instance (S9).
 */
@Injectable()
export class CredentialCheck {
  constructor(
    private readonly lookup: CredentialLookup,
    private readonly uses: SecretUses,
    private readonly refusals: Refusals,
  ) {}

  /**
   * A right secret gets through whatever was tried before; a wrong one is counted before it is
   * answered, and then the answer depends on the count alone.
   * @param columns values of the question
   * @returns `undefined` when they are not good; why is told to the owner alone (T4)
   * @throws TooMany for a flood of wrong ones
   */
  async ask<Answer>(
    { clientId, secret }: Credentials,
    address: string,
    question: Question,
    columns?: Record<string, unknown>,
  ): Promise<Answered<Answer> | undefined> {
    const found = await this.lookup.find(secret, question, columns);
    const disabled = found.standing?.applicationDisabled ? 'application_disabled' : undefined;
    const reason = reasonAgainst(found.standing, clientId) ?? disabled;
    const good = await this.good<Answer>(clientId, found, reason, address);
    if (good) this.use(good, address);
    return good;
  }

  /**
   * The same for a route that judges more before the secret counts as used, such as whether its application
   * is enabled. It says so with `use`, or why not with `refuse`.
   * @throws TooMany for a flood of wrong ones
   */
  async examine<Answer>(
    { clientId, secret }: Credentials,
    address: string,
    question: Question,
    columns?: Record<string, unknown>,
  ): Promise<Examined<Answer> | undefined> {
    const found = await this.lookup.find(secret, question, columns);
    return this.good(clientId, found, reasonAgainst(found.standing, clientId), address);
  }

  use({ secretId, at }: Pick<Examined, 'secretId' | 'at'>, address: string): void {
    this.uses.note(secretId, address, at);
  }

  /** Tells the owner why a call with a good secret was refused. */
  refuse(
    { secretId, clientId, at }: Pick<Examined, 'secretId' | 'clientId' | 'at'>,
    reason: DomainReason | 'application_disabled',
    address: string,
  ): void {
    this.refusals.note({ clientId, secretId, reason, address, at });
  }

  private async good<Answer>(
    clientId: string,
    { at, standing }: Found,
    reason: SecretReason | undefined,
    address: string,
  ): Promise<Examined<Answer> | undefined> {
    if (standing && !reason) return Object.assign(standing, { at }) as Examined<Answer>;
    const secretId = standing?.secretId;
    await this.refusals.take({ clientId, secretId, reason: reason!, address, at });
    return undefined;
  }

  /** The same with all that is known of the caller. @throws TooMany */
  async prove(credentials: Credentials, address: string): Promise<Proven | undefined> {
    const asked = await this.ask<Details>(credentials, address, everything);
    if (!asked) return undefined;
    const { answer, expiresAt, ...rest } = asked;
    return {
      ...rest,
      ...answer,
      expiresAt: new Date(expiresAt),
      createdAt: new Date(answer.createdAt),
      lastUsedAt: answer.lastUsedAt === null ? null : new Date(answer.lastUsedAt),
    } as Proven;
  }
}

function reasonAgainst(standing: Standing | undefined, clientId: string): SecretReason | undefined {
  if (!standing || standing.clientId !== clientId.toLowerCase()) return 'wrong_secret';
  if (standing.applicationDeleted) return 'application_deleted';
  if (standing.deleted) return 'deleted';
  if (standing.expired) return 'expired';
  return standing.off ? 'off' : undefined;
}

/** SQL: whether a newer secret of the application is in use. */
export const replacedByNewer = `
  exists (select 1 from secrets n where n.application_id = s.application_id
    and ${supersedes('n', 's', '$1')})`;

/** SQL: the resources of the application that a token can be for. */
export const grantedResources = `
  (select coalesce(json_agg(json_build_object('id', r.id, 'audience', r.audience,
      'scope', r.scope, 'scopes', g.scopes, 'tokenSeconds', r.token_seconds,
      'tokenFormat', r.token_format)), '[]')
    from grants g join resources r on r.id = g.resource_id
    where g.application_id = a.id and g.resource_id <> '${signInResource}')`;

/** As JSON, where instants are texts. */
interface Details {
  createdAt: string;
  lastUsedAt: string | null;
}

const everything: Question = {
  name: 'everything',
  sql: `json_build_object('secretName', s.name, 'hint', s.hint, 'createdAt', s.created_at,
    'lastUsedAt', s.last_used_at, 'applicationId', a.id, 'applicationName', a.name,
    'organisationId', a.organisation_id, 'replacedByNewer', ${replacedByNewer},
    'resources', ${grantedResources})`,
};
