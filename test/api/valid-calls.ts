import { randomUUID } from 'node:crypto';
import type { Program, Programs } from './cast.js';

export interface Call {
  method: string;
  /** Below /api/v1/. */
  path: string;
  /** A text is a file, sent as its header says. */
  body?: Record<string, unknown> | string;
  headers?: Record<string, string>;
}

/** Ids of what the calls are about; every call of `make` makes new ones. */
export interface Things {
  organisation: string;
  application: string;
  resource: string;
  /** One that nobody has. */
  spare: string;
  /** Its code. */
  api: string;
  user: string;
  newcomer: string;
  role: string;
  customRole: string;
  secret: string;
  /** Of the member, with one callback address. */
  domain: string;
  callback: string;
  /** Of the plan of `newFile`. */
  fingerprint: string;
}

/** Makes an organisation with all that can be in one, through the API itself. */
export async function makeThings(
  programs: Programs,
  it: Program,
  member: Program,
): Promise<Things> {
  const post = async (path: string, body: unknown) => (await made(path, body)).id;
  const made = async (path: string, body: unknown) => {
    const answer = await programs.call(it.token, 'POST', path, body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body;
  };
  const organisation = await post('organisations', newOrganisation());
  const application = await post('applications', { organisationId: organisation, apiCode: 'SMC' });
  const user = await post('users', newUser(organisation));
  const newcomer = await post('users', newUser(organisation));
  const role = await post('roles', { userId: user, role: 'org_admin', ...confirmation });
  const { items } = (await programs.call(it.token, 'GET', 'resources?apiCode=SMC')).body;
  const resource = items[0]!.id;
  const spare = await post('resources', newResource());
  const { code: api } = await made('apis', newApi());
  const { key: customRole } = (await made('custom-roles', newCustomRole())) as unknown as {
    key: string;
  };
  await programs.call(it.token, 'PUT', `applications/${application}/grants/${resource}`, {});
  const { secretId: secret } = await programs.secret(member.applicationId);
  const domain = await post(`applications/${member.applicationId}/domains`, newDomain());
  const callbacks = `applications/${member.applicationId}/domains/${domain}/callbacks`;
  const callback = await post(callbacks, { url: 'https://example.org/in' });
  const plan = await programs.call(it.token, 'POST', 'provisioning/plan', newFile, asYaml);
  const { fingerprint } = plan.body as unknown as Things;
  return {
    organisation,
    application,
    resource,
    spare,
    api,
    customRole,
    user,
    newcomer,
    role,
    secret,
    domain,
    callback,
    fingerprint,
  };
}

export const asYaml = { 'content-type': 'application/yaml' };

export const newFile = `organisations:
  - country: SE
    slug: Filed
    name: A name
applications:
  - organisation: SE/Filed
    api: SMC
    resources: [match-connect]
users:
  - email: filed@example.org
    name: Someone
    organisation: SE/Filed
roles:
  - user: filed@example.org
    role: credential_manager
    application: Partner-SE-Filed-SMC
    confirmed_by: Board
    confirmed_on: 2026-11-20
`;

const confirmation = { confirmedBy: 'Board', confirmedOn: '2026-12-01' };

const letters = () =>
  randomUUID()
    .replace(/[^0-9a-f]/g, '')
    .slice(0, 16);

export function newOrganisation() {
  const slug = `Org${letters()}`;
  return { country: 'NL', name: `Stichting ${slug}`, slug };
}

function newResource() {
  const scope = letters();
  const audience = `https://${scope}.example.org`;
  return { apiCode: 'SMC', name: `New ${scope}`, environment: 'sandbox', audience, scope };
}

/** Another one each time. */
function newCustomRole() {
  const key = `auditor_${randomUUID().slice(0, 8)}`;
  return { key, level: 'organisation', name: key, permissions: ['audit.see'] };
}

function newApi() {
  return { code: `X${letters().slice(0, 9).toUpperCase()}`, name: 'A new API' };
}

function newUser(organisationId: string) {
  return { organisationId, email: `u${letters()}@example.org`, name: 'Someone New' };
}

function newDomain() {
  return { host: `${letters()}.example.org`, name: 'Shop', environment: 'live' };
}

const always = { 'if-match': '*' };

/**
 * A valid call of each operation, by its id. A new operation without an entry here fails the tests.
 * Secrets are those of `member`, everything else is IT's.
 */
export function validCalls(things: Things, member: Program): Record<string, Call> {
  const { organisation, application, resource, spare, api, user, newcomer, role, secret } = things;
  const { customRole, domain, callback } = things;
  const own = `applications/${member.applicationId}/secrets`;
  const domains = `applications/${member.applicationId}/domains`;
  return {
    getDocument: { method: 'GET', path: 'openapi.json' },
    getSelf: { method: 'GET', path: 'self' },
    getSelfSecret: {
      method: 'GET',
      path: 'self/secret',
      headers: { authorization: `Basic ${btoa(`${member.clientId}:${member.value}`)}` },
    },
    listOrganisations: { method: 'GET', path: 'organisations' },
    createOrganisation: { method: 'POST', path: 'organisations', body: newOrganisation() },
    getOrganisation: { method: 'GET', path: `organisations/${organisation}` },
    changeOrganisation: {
      method: 'PATCH',
      path: `organisations/${organisation}`,
      body: { name: 'Renamed', ion: null },
      headers: always,
    },
    listApplications: { method: 'GET', path: 'applications' },
    createApplication: {
      method: 'POST',
      path: 'applications',
      body: { organisationId: organisation, kind: 'partner', apiCode: 'DM' },
    },
    getApplication: { method: 'GET', path: `applications/${application}` },
    changeApplication: {
      method: 'PATCH',
      path: `applications/${application}`,
      body: { disabled: true },
      headers: always,
    },
    listGrants: { method: 'GET', path: `applications/${application}/grants` },
    putGrant: {
      method: 'PUT',
      path: `applications/${application}/grants/${resource}`,
      body: { scopes: [] },
    },
    deleteGrant: { method: 'DELETE', path: `applications/${application}/grants/${resource}` },
    listResources: { method: 'GET', path: 'resources' },
    createResource: { method: 'POST', path: 'resources', body: newResource() },
    getResource: { method: 'GET', path: `resources/${resource}` },
    changeResource: {
      method: 'PATCH',
      path: `resources/${resource}`,
      body: { name: `Renamed ${letters()}`, tokenSeconds: 900, tokenFormat: 'opaque' },
      headers: always,
    },
    listApis: { method: 'GET', path: 'apis' },
    createApi: { method: 'POST', path: 'apis', body: newApi() },
    getApi: { method: 'GET', path: `apis/${api}` },
    changeApi: {
      method: 'PATCH',
      path: `apis/${api}`,
      body: { name: 'Renamed' },
      headers: always,
    },
    listDomains: { method: 'GET', path: domains },
    createDomain: {
      method: 'POST',
      path: domains,
      body: { ...newDomain(), allowLogin: true, serverIps: ['192.0.2.1'], fallbackUri: null },
    },
    getDomain: { method: 'GET', path: `${domains}/${domain}` },
    changeDomain: {
      method: 'PATCH',
      path: `${domains}/${domain}`,
      body: { name: 'Renamed', isPrimary: true, fallbackUri: 'https://example.org/failed' },
      headers: always,
    },
    createCallback: {
      method: 'POST',
      path: `${domains}/${domain}/callbacks`,
      body: { url: `https://example.org/${letters()}`, active: false },
    },
    changeCallback: {
      method: 'PATCH',
      path: `${domains}/${domain}/callbacks/${callback}`,
      body: { active: false },
    },
    deleteCallback: { method: 'DELETE', path: `${domains}/${domain}/callbacks/${callback}` },
    putDomainSecret: { method: 'PUT', path: `${domains}/${domain}/secrets/${secret}` },
    deleteDomainSecret: { method: 'DELETE', path: `${domains}/${domain}/secrets/${secret}` },
    deleteDomain: { method: 'DELETE', path: `${domains}/${domain}` },
    listSecrets: { method: 'GET', path: own },
    createSecret: {
      method: 'POST',
      path: own,
      body: { name: `Key ${letters()}`, lastDay: '2027-03-01' },
    },
    getSecret: { method: 'GET', path: `${own}/${secret}` },
    changeSecret: {
      method: 'PATCH',
      path: `${own}/${secret}`,
      body: { disabled: true },
      headers: always,
    },
    deleteSecret: { method: 'DELETE', path: `${own}/${secret}` },
    listUsers: { method: 'GET', path: 'users' },
    createUser: { method: 'POST', path: 'users', body: newUser(organisation) },
    getUser: { method: 'GET', path: `users/${user}` },
    changeUser: {
      method: 'PATCH',
      path: `users/${user}`,
      body: { name: 'Renamed' },
      headers: always,
    },
    inviteUserAgain: { method: 'POST', path: `users/${newcomer}/invitation` },
    resetUserFactor: {
      method: 'POST',
      path: `users/${user}/factor-reset`,
      body: { identityCheck: 'Called back on a known number' },
    },
    listCustomRoles: { method: 'GET', path: 'custom-roles' },
    createCustomRole: { method: 'POST', path: 'custom-roles', body: newCustomRole() },
    getCustomRole: { method: 'GET', path: `custom-roles/${customRole}` },
    changeCustomRole: {
      method: 'PATCH',
      path: `custom-roles/${customRole}`,
      body: { permissions: ['applications.see'], active: true },
      headers: always,
    },
    listRoles: { method: 'GET', path: 'roles' },
    createRole: {
      method: 'POST',
      path: 'roles',
      body: {
        userId: user,
        role: 'credential_manager',
        applicationId: application,
        lastDay: '2027-06-30',
        ...confirmation,
      },
    },
    getRole: { method: 'GET', path: `roles/${role}` },
    deleteRole: { method: 'DELETE', path: `roles/${role}` },
    getUsage: { method: 'GET', path: `applications/${application}/usage` },
    getForecast: { method: 'GET', path: 'forecast' },
    listAuditEvents: { method: 'GET', path: 'audit-events' },
    planFile: { method: 'POST', path: 'provisioning/plan', body: newFile, headers: asYaml },
    applyFile: {
      method: 'POST',
      path: `provisioning/apply?fingerprint=${things.fingerprint}`,
      body: newFile,
      headers: asYaml,
    },
    exportFile: { method: 'GET', path: 'provisioning/export' },
    closeUser: { method: 'POST', path: `users/${user}/close` },
    deleteApplication: { method: 'DELETE', path: `applications/${application}` },
    deleteResource: { method: 'DELETE', path: `resources/${spare}` },
    deleteApi: { method: 'DELETE', path: `apis/${api}` },
  };
}

/** Secrets are managed by the application itself. */
export const ofTheMember = ['createSecret', 'changeSecret', 'deleteSecret'];
