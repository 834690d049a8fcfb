import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Answer, type Program, Programs } from './cast.js';
import { type Call, makeThings, ofTheMember, type Things, validCalls } from './valid-calls.js';

interface Media {
  content?: Record<string, { schema: { $ref?: string } }>;
  headers?: Record<string, unknown>;
}

interface Operation {
  operationId: string;
  parameters: { name: string; in: string; required: boolean; schema: Record<string, unknown> }[];
  requestBody?: { content: Record<string, { schema: { $ref: string } }> };
  responses: Record<string, Media>;
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, { properties?: Record<string, unknown> }> };
}

let service: TestApp;
let programs: Programs;
let it: Program;
let member: Program;
let things: Things;
let calls: Record<string, Call>;
let document: Document;
let operations: (Operation & { method: string; template: string })[];
const validators = new Map<string, ValidateFunction>();
const ajv = new Ajv2020({ strict: false, allErrors: true });

beforeAll(async () => {
  service = await startTestApp({ API_CALLS_PER_MINUTE: '1000000' });
  programs = new Programs(service);
  it = await programs.operator();
  member = await programs.member('Partner-NL-Matchpunt-SMC', ['secrets.manage', 'secrets.read']);
  document = (await programs.call(undefined, 'GET', 'openapi.json')).body as unknown as Document;
  operations = Object.entries(document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, each]) => ({ ...each, method, template })),
  );
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  ajv.addSchema(document, 'api');
  things = await makeThings(programs, it, member);
  calls = validCalls(things, member);
});
afterAll(() => service.close());

/** Everything about an answer that the document promises. */
function judge({ operationId, responses }: Operation, answer: Answer): void {
  const what = `${operationId} ${answer.status}`;
  const promised = responses[answer.status];
  expect({ what, promised: promised !== undefined }).toEqual({ what, promised: true });
  const [type, media] = Object.entries(promised!.content ?? {})[0] ?? [];
  if (!media) return expect({ what, body: answer.body }).toEqual({ what, body: {} });
  expect(answer.headers.get('content-type')).toContain(type!);
  if (!media.schema.$ref) return;
  const validate = validatorOf(media.schema.$ref);
  const valid = validate(answer.body);
  expect({ what, valid, errors: validate.errors }).toEqual({ what, valid: true, errors: null });
  for (const header of Object.keys(promised!.headers ?? {})) {
    if (header === 'Link' && answer.body.next === null) continue;
    expect({ what, header, sent: answer.headers.has(header) }).toEqual({
      what,
      header,
      sent: true,
    });
  }
}

function validatorOf(ref: string): ValidateFunction {
  const known = validators.get(ref) ?? ajv.compile({ $ref: `api${ref}` });
  validators.set(ref, known);
  return known;
}

const tokenFor = (operationId: string) =>
  ofTheMember.includes(operationId) ? member.token : it.token;

function ask(operation: Operation, changes: Partial<Call> = {}, token?: string): Promise<Answer> {
  const { operationId } = operation;
  const call = { ...calls[operationId]!, ...changes };
  const bearer = call.headers?.authorization ? undefined : (token ?? tokenFor(operationId));
  return programs.call(bearer, call.method, call.path, call.body, call.headers);
}

const withBody = () => operations.filter((each) => each.requestBody?.content['application/json']);
const withFile = () => operations.filter((each) => each.requestBody?.content['text/csv']);

describe('the document', () => {
  test('is OpenAPI 3.1, and each of its operations is in the table of valid calls', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(
      Object.keys(calls).sort(),
    );
    for (const { method, template, operationId } of operations) {
      const pattern = new RegExp(
        `^${template
          .replaceAll('{code}', '[A-Z0-9]{2,10}')
          .replaceAll('{key}', '[a-z0-9_]{2,40}')
          .replace(/\{\w+\}/g, '[0-9a-f-]{36}')}(\\?.*)?$`,
      );
      expect(`/api/v1/${calls[operationId]!.path}`).toMatch(pattern);
      expect(calls[operationId]!.method).toBe(method.toUpperCase());
    }
  });

  test('names no place for what nobody may see', () => {
    const names = Object.values(document.components.schemas).flatMap(({ properties }) =>
      Object.keys(properties ?? {}),
    );
    expect(
      names.filter((name) => /hash|digest|password|totp|sealed|keyNumber/i.test(name)),
    ).toEqual([]);
    const places = Object.entries(document.components.schemas)
      .filter(([, { properties }]) => properties && 'value' in properties)
      .map(([name]) => name);
    expect(places).toEqual(['CreatedSecret']);
  });
});

test('reports of leaks have no address where nobody may send them', async () => {
  expect((await programs.call(undefined, 'POST', 'leaks', [])).status).toBe(404);
});

describe('broken input', () => {
  test('a body that is no object, of another type, or broken is refused in words', async () => {
    for (const operation of withBody()) {
      for (const body of [[], 'text', 7, null] as unknown as Record<string, unknown>[]) {
        const answer = await ask(operation, { body });
        expect([operation.operationId, answer.status]).toEqual([operation.operationId, 422]);
        judge(operation, answer);
      }
      const { method, path, headers } = calls[operation.operationId]!;
      for (const [type, text, status] of [
        ['application/json', '{"a":', 400],
        ['application/x-www-form-urlencoded', 'name=x', 415],
        ['text/plain', '{}', 415],
        ['application/xml', '<a/>', 415],
      ] as const) {
        const response = await fetch(`${service.url}/api/v1/${path}`, {
          method,
          headers: {
            ...headers,
            authorization: `Bearer ${tokenFor(operation.operationId)}`,
            'content-type': type,
          },
          body: text,
        });
        expect([operation.operationId, type, response.status]).toEqual([
          operation.operationId,
          type,
          status,
        ]);
        expect(response.headers.get('content-type')).toContain('application/problem+json');
      }
    }
  });

  test('a file of another type, with errors, in another encoding or too large is refused in words', async () => {
    for (const operation of withFile()) {
      for (const [type, body, status, code] of [
        ['application/json', '{}', 415, 'unsupported_media_type'],
        ['text/plain', 'a', 415, 'unsupported_media_type'],
        ['application/xml', 'a', 415, 'unsupported_media_type'],
        ['application/yaml', '', 422, 'faulty_file'],
        ['application/yaml', 'users:\n  - nam: x', 422, 'faulty_file'],
        ['text/csv; charset=utf-8', 'row,nam\nuser,x', 422, 'faulty_file'],
        [
          'text/csv',
          Buffer.from('row,name\norganisation,Bj\xf8rn', 'latin1'),
          422,
          'unreadable_file',
        ],
        ['application/yaml', Buffer.alloc(16 * 1024 * 1024 + 1, '#'), 413, 'too_large'],
      ] as const) {
        const answer = await ask(operation, {
          body: body as string,
          headers: { 'content-type': type },
        });
        const { operationId } = operation;
        expect([operationId, type, answer.status, answer.body.code]).toEqual([
          operationId,
          type,
          status,
          code,
        ]);
        judge(operation, answer);
        if (code !== 'faulty_file') continue;
        const places = answer.body.errors.map(({ line, column }) => [typeof line, typeof column]);
        expect(new Set(places.flat())).toEqual(new Set(['number']));
      }
    }
  });

  test('each member is refused where it is wrong, and so is one too many', async () => {
    for (const operation of withBody()) {
      const valid = calls[operation.operationId]!.body as Record<string, unknown>;
      const name = operation
        .requestBody!.content['application/json']!.schema.$ref.split('/')
        .at(-1)!;
      const properties = Object.keys(document.components.schemas[name]!.properties!);
      for (const property of [...properties, 'isStaff']) {
        const answer = await ask(operation, { body: { ...valid, [property]: { wrong: 1 } } });
        judge(operation, answer);
        expect([
          property,
          answer.status,
          answer.body.errors?.map(({ pointer }) => pointer),
        ]).toEqual([property, 422, [`/${property}`]]);
      }
    }
  });

  test('each parameter of the address is refused when wrong, unknown or repeated', async () => {
    for (const operation of operations) {
      const { path } = calls[operation.operationId]!;
      const names = operation.parameters.filter((each) => each.in === 'query');
      if (names.length === 0) continue;
      const limitless = names.filter(({ name }) => name !== 'limit').map(({ name }) => name);
      const queries = [
        'sort=hash',
        'offset=100000',
        ...names.map(({ name }) => `${name}=a&${name}=b`),
        ...(names.length > limitless.length ? ['limit=-1', 'limit=0', 'limit=x', 'limit=1.5'] : []),
        ...(limitless.includes('after') ? ['after=', 'after=x', 'after=__proto__'] : []),
        ...names.filter(({ schema }) => schema.format).map(({ name }) => `${name}=nothing`),
      ];
      for (const query of queries) {
        const answer = await ask(operation, {
          path: path + (path.includes('?') ? '&' : '?') + query,
        });
        expect([path, query, answer.status]).toEqual([path, query, 400]);
        expect(answer.body.errors[0]!.parameter).toBe(query.split('=')[0]);
        judge(operation, answer);
      }
    }
  });

  test('an id that leads to nothing is 404, whatever it looks like', async () => {
    for (const operation of operations.filter(({ template }) => template.includes('{'))) {
      const { path } = calls[operation.operationId]!;
      const places = operation.template.split('/').slice(3);
      const ids = path.split('/').filter((_, at) => places[at]?.startsWith('{'));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) {
        for (const other of ['00000000-0000-4000-8000-000000000000', 'x', '%00', '..%2Fself']) {
          const answer = await ask(operation, { path: path.replace(id, other) });
          expect([operation.operationId, other, answer.status]).toEqual([
            operation.operationId,
            other,
            404,
          ]);
          judge(operation, answer);
        }
      }
    }
  });

  test('another method is 405 with those there are; another form of answer 406; elsewhere is 404', async () => {
    for (const [template, methods] of Object.entries(document.paths)) {
      const path = template.slice(8).replace(/\{\w+\}/g, things.user);
      const allow = Object.keys(methods).map((method) => method.toUpperCase());
      const answer = await programs.call(it.token, 'OPTIONS', path);
      expect([path, answer.status, answer.headers.get('allow')?.split(', ').sort()]).toEqual([
        path,
        405,
        allow.sort(),
      ]);
    }
    const html = await programs.call(it.token, 'GET', 'users', undefined, { accept: 'text/html' });
    expect([html.status, html.body.code]).toEqual([406, 'not_acceptable']);
    const elsewhere = await programs.call(it.token, 'GET', 'nothing');
    expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found']);
  });

  test('a change without If-Match is 428, with an old one 412, and changes nothing', async () => {
    for (const operation of operations) {
      const parameter = operation.parameters.find(({ name }) => name === 'If-Match');
      if (!parameter) continue;
      const old = await ask(operation, { headers: { 'if-match': '"old", W/"x"' } });
      expect([operation.operationId, old.status]).toEqual([operation.operationId, 412]);
      judge(operation, old);
      if (!parameter.required) continue;
      const without = await ask(operation, { headers: {} });
      expect([operation.operationId, without.status]).toEqual([operation.operationId, 428]);
      judge(operation, without);
    }
  });
});

// Last: it changes and deletes.
test('valid input is answered as promised, by every operation', async () => {
  for (const id of Object.keys(calls)) {
    const operation = operations.find(({ operationId }) => operationId === id)!;
    const answer = await ask(operation);
    judge(operation, answer);
    expect([id, answer.status < 300]).toEqual([id, true]);
  }
});
