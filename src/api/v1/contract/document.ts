import type { JsonSchema } from './fields.js';
import { fieldsOf } from './fields.js';
import { fileTypes } from '../../../platform/web/file-body.js';
import { scopes } from './operation.js';
import { ProblemAnswer } from './problem.dto.js';
import type { Route } from './routes.js';
import { Schemas } from './schemas.js';

type Json = Record<string, unknown>;

/** What a refusal of this status means here; the codes are those of `ProblemAnswer.code`. */
const refusals: Record<number, string> = {
  400: 'The request, a parameter or the Idempotency-Key cannot be read.',
  401: 'No valid token: `unauthenticated`, `invalid_token`; or no valid client ID and secret.',
  403: 'The token lacks the scope: `insufficient_scope`.',
  404: 'Absent, or not for this caller: `not_found`.',
  406: 'The caller accepts no form of the answer: `not_acceptable`.',
  409: 'The state of things does not allow it.',
  412: 'It has changed since it was read: `precondition_failed`.',
  413: 'The file is too large, or takes too much to be read: `too_large`.',
  415: 'The body is of another media type: `unsupported_media_type`.',
  422: 'Members of the body are wrong: `invalid`, with a pointer to each; or `idempotency_key_reused`.',
  428: 'If-Match is missing: `precondition_required`.',
  429: 'Too many calls: `too_many`. Retry-After says when to go on.',
  503: 'The database is not answering: `temporarily_unavailable`.',
};

/** The OpenAPI 3.1 document of these routes. */
export function documentOf(routes: Route[], publicUrl: string): Json {
  const schemas = new Schemas();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, schemas) };
  }
  schemas.ref(ProblemAnswer);
  // Some refusals say more.
  schemas.all.ProblemAnswer!.additionalProperties = true;
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keyturn',
      version: '1',
      summary: 'Organisations, applications, people and secrets, for programs.',
    },
    servers: [{ url: publicUrl }],
    tags: [...new Set(routes.map(({ operation }) => operation.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.all,
      securitySchemes: {
        token: {
          type: 'oauth2',
          description: 'A token for this API, bought with client ID and secret.',
          flows: {
            clientCredentials: {
              tokenUrl: `${publicUrl}/oauth2/token`,
              scopes: Object.fromEntries(scopes.map((scope) => [scope, meanings[scope]])),
            },
          },
        },
        clientSecret: { type: 'http', scheme: 'basic', description: 'Client ID and secret.' },
      },
    },
  };
}

const meanings: Record<(typeof scopes)[number], string> = {
  'audit.read': 'Read the audit: of the own application, in an operator organisation all of it.',
  'provisioning.read': 'Read everything. For operator organisations.',
  'provisioning.write': 'Change everything but secrets. For operator organisations.',
  'secrets.manage': 'Create, switch and delete the own application’s secrets.',
  'secrets.read': 'Look at the own application and its secrets.',
};

function operationOf(route: Route, schemas: Schemas): Json {
  const { id, operation, body } = route;
  return {
    operationId: id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.about && { description: operation.about }),
    ...securityOf(operation.scopes),
    parameters: parametersOf(route, schemas),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemas.ref(body) } },
      },
    }),
    ...(operation.file && { requestBody: { required: true, content: textsOf(fileTypes) } }),
    responses: { ...successOf(route, schemas), ...refusalsOf(route, schemas) },
  };
}

/** A text in each of these media types. */
function textsOf(types: readonly string[]): Json {
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string' } }]));
}

/** Any of the scopes will do, so each is a way of its own. */
function securityOf(needed: Route['operation']['scopes']): Json {
  if (needed === 'public') return { security: [] };
  if (needed === 'basic') return { security: [{ clientSecret: [] }] };
  return {
    security: needed.length ? needed.map((scope) => ({ token: [scope] })) : [{ token: [] }],
  };
}

function parametersOf({ parameters, query, operation }: Route, schemas: Schemas): Json[] {
  const header = (name: string, required: boolean, description: string, schema: JsonSchema) => ({
    name,
    in: 'header',
    required,
    description,
    schema,
  });
  return [
    ...parameters.map((name) => ({
      name,
      in: 'path',
      required: true,
      schema:
        name === 'code' || name === 'key' ? { type: 'string' } : { type: 'string', format: 'uuid' },
    })),
    ...Object.entries(query ? fieldsOf(query) : {}).map(([name, field]) => ({
      name,
      in: 'query',
      required: !field.optional,
      schema: schemas.schemaOf(field),
    })),
    ...(operation.once
      ? [
          header('Idempotency-Key', false, 'Repeat the request with it: it happens once a day.', {
            type: 'string',
            maxLength: 255,
          }),
        ]
      : []),
    ...(operation.ifMatch
      ? [
          header('If-Match', operation.ifMatch === 'required', 'The ETag of what is meant.', {
            type: 'string',
          }),
        ]
      : []),
  ];
}

function successOf({ operation }: Route, schemas: Schemas): Json {
  const { status = 200, answer, listOf, otherwise, tagged, anyObject, texts } = operation;
  if (texts) return { [status]: { description: 'The file.', content: textsOf(texts) } };
  const known = listOf ? schemas.page(listOf) : answer && schemas.ref(answer);
  const schema = anyObject ? { type: 'object' } : known;
  const headers = {
    ...(tagged && { ETag: { schema: { type: 'string' } } }),
    ...(status === 201 && { Location: { schema: { type: 'string', format: 'uri' } } }),
    ...(listOf && { Link: { schema: { type: 'string' }, description: 'RFC 8288, rel="next"' } }),
  };
  const describe = (description: string, content: JsonSchema | undefined) => ({
    description,
    headers,
    ...(content && { content: { 'application/json': { schema: content } } }),
  });
  return {
    [status]: describe(status === 201 ? 'Created.' : 'Done.', schema),
    ...(otherwise && {
      [otherwise.status]: describe(otherwise.about, schemas.ref(otherwise.answer)),
    }),
  };
}

function refusalsOf({ operation, parameters, body, query }: Route, schemas: Schemas): Json {
  const { scopes, once, ifMatch, conflict, absent, file } = operation;
  const open = scopes === 'public';
  const statuses = [
    ...(body || query || once ? [400] : []),
    ...(open ? [] : [401]),
    ...(Array.isArray(scopes) && scopes.length > 0 ? [403] : []),
    ...(parameters.length > 0 || absent ? [404] : []),
    ...(open || scopes === 'basic' ? [] : [406]),
    ...(conflict ? [409] : []),
    ...(ifMatch ? [412] : []),
    ...(file ? [413] : []),
    ...(body || file ? [415, 422] : []),
    ...(ifMatch === 'required' ? [428] : []),
    ...(open || scopes === 'basic' ? [] : [429]),
    503,
  ];
  const answers = statuses.map((status) => [
    status,
    {
      description: status === 409 ? (conflict ?? refusals[409]) : refusals[status],
      content: { 'application/problem+json': { schema: schemas.ref(ProblemAnswer) } },
    },
  ]);
  return Object.fromEntries(answers) as Json;
}
