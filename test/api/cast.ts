import { randomUUID } from 'node:crypto';
import { Applications } from '../../src/applications/applications.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { ownResource } from '../../src/oauth/own-audience.js';
import { Organisations } from '../../src/organisations/organisations.service.js';
import { newSecret } from '../../src/secrets/secret-wish.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { newValue } from '../../src/secrets/value.js';
import type { TestApp } from '../support/app.js';

export const allScopes = [
  'audit.read',
  'provisioning.read',
  'provisioning.write',
  'secrets.manage',
  'secrets.read',
];

/** A program: an application with a secret of its own. */
export interface Program {
  applicationId: string;
  organisationId: string;
  clientId: string;
  secretId: string;
  value: string;
  token: string;
}

/** What answers are made of, as far as tests name it. */
export interface Body {
  id: string;
  code: string;
  name: string;
  value: string;
  hint: string;
  state: string;
  expiresAt: string;
  lastUsedAt: string | null;
  errors: {
    pointer?: string;
    parameter?: string;
    line?: number;
    column?: number;
    code: string;
    detail: string;
  }[];
  items: Body[];
  next: string | null;
  [other: string]: unknown;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Body;
}

/** Programs that call the API of a test's service. */
export class Programs {
  constructor(readonly service: TestApp) {}

  /** An application of the demo world with these scopes. */
  async member(name: string, scopes: string[]): Promise<Program> {
    const [row] = await this.service.dataSource.query<{ id: string; organisation: string }[]>(
      `select id, organisation_id as organisation from applications where name = $1`,
      [name],
    );
    return this.equip(row!.id, row!.organisation, scopes);
  }

  /** An application of an operator organisation, as IT has it. */
  async operator(scopes: string[] = allScopes, slug = 'Operations'): Promise<Program> {
    const organisation = await this.get(Organisations).create(theService, {
      country: 'NL',
      name: `Keyturn ${slug}`,
      slug,
      ion: '',
      operator: true,
    });
    const wish = { organisationId: organisation.id, kind: 'partner' as const, apiCode: 'KT' };
    const { id } = await this.get(Applications).create(theService, wish);
    return this.equip(id, organisation.id, scopes);
  }

  /** Gives scopes, a secret and a token to an application. */
  async equip(applicationId: string, organisationId: string, scopes: string[]): Promise<Program> {
    await this.get(Applications).grant(theService, applicationId, ownResource, scopes);
    const { secretId, value } = await this.secret(applicationId);
    const clientId = await this.clientId(applicationId);
    const token = await this.token(clientId, value);
    return { applicationId, organisationId, clientId, secretId, value, token };
  }

  /** A secret that nobody had to sign in for. */
  async secret(
    applicationId: string,
    name = `Machine ${randomUUID().slice(0, 8)}`,
  ): Promise<{ secretId: string; value: string }> {
    const { dataSource, platform, clock } = this.service;
    const value = newValue();
    const createdAt = clock.now();
    const expiresAt = new Date(createdAt.getTime() + 300 * 86_400_000);
    const row = newSecret(
      platform.keys,
      { applicationId },
      { name, createdAt, expiresAt },
      theService,
      value,
    );
    await dataSource.getRepository(Secret).insert(row);
    return { secretId: row.id, value };
  }

  async token(clientId: string, value: string, scope = 'keyturn'): Promise<string> {
    const response = await fetch(`${this.service.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${value}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope }),
    });
    const answer = (await response.json()) as { access_token?: string };
    if (!answer.access_token) throw new Error(JSON.stringify(answer));
    return answer.access_token;
  }

  /** A call of the API; `body` as JSON, or as it is where `headers` say what it is. */
  async call(
    token: string | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(new URL(path, `${this.service.url}/api/v1/`), {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined || headers['content-type'] ? (body as string) : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : text === '' ? {} : { text }) as Body,
    };
  }

  private async clientId(applicationId: string): Promise<string> {
    const [row] = await this.service.dataSource.query<{ client_id: string }[]>(
      `select client_id from applications where id = $1`,
      [applicationId],
    );
    return row!.client_id;
  }

  private get<T>(type: new (...args: never[]) => T): T {
    return this.service.app.get(type, { strict: false });
  }
}
