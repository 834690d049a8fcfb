import { randomUUID } from 'node:crypto';
import { type Actor, theService } from '../../src/audit/audit.service.js';
import { Applications } from '../../src/applications/applications.service.js';
import { signInResource } from '../../src/applications/sign-in-resource.js';
import { Domains } from '../../src/domains/domains.service.js';
import type { DomainWish } from '../../src/domains/domain-values.js';
import { SignIns } from '../../src/sign-token/sign-ins.service.js';
import { Programs } from '../api/cast.js';
import type { TestApp } from '../support/app.js';

export interface HeaderAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: {
    status: string;
    message: string;
    code?: string;
    data?: Record<string, unknown> & { url: string; token: string };
  };
}

/** An application with a domain, a secret that is linked to it, and a callback. */
export interface HeaderProgram {
  applicationId: string;
  domainId: string;
  secretId: string;
  headers: Record<string, string>;
  redirectUrl: string;
}

/** Who calls by headers, and who signs in. */
export class HeaderCast {
  constructor(readonly service: TestApp) {}

  async idOf(name: string): Promise<string> {
    const [row] = await this.service.dataSource.query<{ id: string }[]>(
      'select id from applications where name = $1',
      [name],
    );
    return row!.id;
  }

  async person(email: string): Promise<Actor & { id: string }> {
    const [row] = await this.service.dataSource.query<(Actor & { id: string })[]>(
      `select id, name, '192.0.2.7' as address from users where email = $1`,
      [email],
    );
    return row!;
  }

  async program(
    application: string,
    host: string,
    wish: Partial<DomainWish> = {},
  ): Promise<HeaderProgram> {
    const applicationId = await this.idOf(application);
    const { secretId, value } = await new Programs(this.service).secret(applicationId);
    const domains = this.domains;
    const values = { name: host, environment: 'live', allowLogin: true, ...wish };
    const made = await domains.create(
      theService,
      applicationId,
      { host, ...values },
      { asIt: true },
    );
    const place = { applicationId, domainId: made.id };
    const redirectUrl = new URL(`https://${host}/signed-in?from=keyturn`).href;
    const url = { kind: 'callback' as const, url: redirectUrl };
    await domains.addUrl(theService, place, url, { asIt: true });
    await domains.link(theService, place, secretId, { asIt: true });
    const [{ clientId }] = await this.service.dataSource.query<[{ clientId: string }]>(
      'select client_id as "clientId" from applications where id = $1',
      [applicationId],
    );
    const headers = {
      'x-client-id': clientId,
      'x-client-secret': value,
      'x-client-domain': host,
      'x-forwarded-proto': 'https',
    };
    return { ...place, secretId, headers, redirectUrl };
  }

  /** Posts JSON, or a text as it is. */
  async post(
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
    method = 'POST',
  ): Promise<HeaderAnswer> {
    const response = await fetch(`${this.service.url}/api/${path}`, {
      ...{ method, redirect: 'manual' as const },
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const json = text.startsWith('{') ? (JSON.parse(text) as HeaderAnswer['body']) : undefined;
    return { status: response.status, headers: response.headers, text, body: json! };
  }

  /** The start token of a new sign-in. */
  async start({ headers, redirectUrl }: HeaderProgram): Promise<string> {
    const answer = await this.post('sign-token', { redirect_url: redirectUrl }, headers);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.data!.token;
  }

  /** A sign-in that this person agrees to. @returns where the browser goes, and the token in it */
  async approved(
    program: HeaderProgram,
    email: string,
    scopes: string[] = [],
  ): Promise<{ goTo: string; token: string }> {
    const start = await this.start(program);
    const person = await this.person(email);
    await this.signIns.open(person, start);
    const goTo = await this.signIns.approve(person, start, scopes);
    return { goTo, token: new URL(goTo).searchParams.get('token')! };
  }

  async grantUserinfo(applicationId: string): Promise<void> {
    await this.service.app
      .get(Applications, { strict: false })
      .grant(theService, applicationId, signInResource, ['userinfo']);
  }

  /** Without what the pages do to get there. */
  async makeTester(applicationId: string, userId: string): Promise<void> {
    await this.service.dataSource.query(
      `insert into access_requests (id, application_id, user_id, kind, requested_by, requested_at,
         state, decided_by, decided_at)
       values ($1, $2, $3, 'access', $3, now(), 'accepted', $3, now())`,
      [randomUUID(), applicationId, userId],
    );
  }

  get domains(): Domains {
    return this.service.app.get(Domains, { strict: false });
  }

  get signIns(): SignIns {
    return this.service.app.get(SignIns, { strict: false });
  }
}
