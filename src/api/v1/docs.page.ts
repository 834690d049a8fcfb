import { fileTypes } from '../../platform/web/file-body.js';
import type { Field, Shape } from './contract/fields.js';
import { fieldsOf } from './contract/fields.js';
import type { Route } from './contract/routes.js';

export interface DocsPage {
  base: string;
  tokenUrl: string;
  groups: { name: string; id: string; operations: OperationView[] }[];
  codes: { code: string; text: string }[];
}

interface OperationView {
  id: string;
  method: string;
  path: string;
  summary: string;
  about?: string;
  access: string;
  inputs: { label: string; rows: FieldView[] }[];
  outputs: { label: string; rows: FieldView[] }[];
}

interface FieldView {
  name: string;
  type: string;
  about: string;
}

/** The document for readers: the same declarations, in words. */
export function docsPage(routes: Route[], publicUrl: string): DocsPage {
  const names = [...new Set(routes.map(({ operation }) => operation.tag))];
  return {
    base: `${publicUrl}/api/v1`,
    tokenUrl: `${publicUrl}/oauth2/token`,
    groups: names.map((name) => ({
      name,
      id: name.toLowerCase().replace(/\W+/g, '-'),
      operations: routes.filter(({ operation }) => operation.tag === name).map(viewOf),
    })),
    codes: Object.entries(codes).map(([code, text]) => ({ code, text })),
  };
}

function viewOf({ id, method, path, operation, query, body }: Route): OperationView {
  const { summary, about, answer, listOf, otherwise, once, ifMatch, status = 200 } = operation;
  const { file, texts } = operation;
  const headers = [
    ...(once
      ? [
          {
            name: 'Idempotency-Key',
            type: 'text',
            about: 'Repeated with it, it happens once a day.',
          },
        ]
      : []),
    ...(ifMatch
      ? [{ name: 'If-Match', type: needed(ifMatch), about: 'The ETag of what you mean.' }]
      : []),
  ];
  const part = (label: string, shape: Shape | undefined) =>
    shape ? [{ label, rows: rowsOf(shape) }] : [];
  return {
    id,
    method: method.toUpperCase(),
    path,
    summary,
    about: plain(about),
    access: accessOf(operation.scopes),
    inputs: [
      ...part('In the address', query),
      ...(headers.length > 0 ? [{ label: 'Headers', rows: headers }] : []),
      ...part('Body', body),
      ...(file ? [{ label: `Body: a file, ${fileTypes.join(' or ')}`, rows: [] }] : []),
    ],
    outputs: [
      ...part(`${status}`, answer),
      ...part(`${status}, a page of these in items, with next`, listOf),
      ...part(`200: ${otherwise?.about}`, otherwise?.answer),
      ...(texts ? [{ label: `${status}, a file, ${texts.join(' or ')}`, rows: [] }] : []),
      ...(status === 204 ? [{ label: '204, nothing', rows: [] }] : []),
    ],
  };
}

/** The document marks code by backticks, as Markdown does. */
const plain = (text: string | undefined) => text?.replaceAll('`', '');

const needed = (ifMatch: string) => (ifMatch === 'required' ? 'text' : 'text, optional');

function accessOf(scopes: Route['operation']['scopes']): string {
  if (scopes === 'public') return 'Open to everyone';
  if (scopes === 'basic') return 'Client ID and secret';
  return scopes.length === 0 ? 'Any token' : scopes.join(' or ');
}

function rowsOf(shape: Shape): FieldView[] {
  return Object.entries(fieldsOf(shape)).flatMap(([name, field]) => [
    {
      name,
      type: typeOf(field),
      about: plain(field.schema.description as string | undefined) ?? '',
    },
    ...(field.of ? rowsOf(field.of()).map((row) => ({ ...row, name: `${name}.${row.name}` })) : []),
  ]);
}

function typeOf({ schema, of, list, optional, nullable }: Field): string {
  const { type, format, enum: values } = schema as Record<string, string> & { enum?: string[] };
  const plain = of ? (list ? 'list of objects' : 'object') : (types[format ?? type!] ?? type!);
  return [values?.join(', ') ?? plain, optional && 'optional', nullable && 'or null']
    .filter(Boolean)
    .join(', ');
}

const types: Record<string, string> = {
  string: 'text',
  boolean: 'true or false',
  integer: 'whole number',
  array: 'list of texts',
  object: 'object',
  uuid: 'UUID',
  date: 'day, as 2027-03-01',
  'date-time': 'instant, as 2027-03-01T12:00:00Z',
};

const codes = {
  malformed_request: '400: the body is not JSON.',
  invalid_parameter: '400: a parameter of the address is wrong, unknown or repeated.',
  idempotency_key_invalid: '400: the key has not 1 to 255 visible ASCII characters.',
  unauthenticated: '401: no bearer token.',
  invalid_token: '401: a token for something else, or ended, or its secret or grant has.',
  invalid_client: '401: client ID and secret are not good.',
  insufficient_scope: '403: the token lacks the scope.',
  not_found: '404: absent, or not yours to see.',
  method_not_allowed: '405: Allow says what the address takes.',
  not_acceptable: '406: Accept names no form that the answer has; most are JSON.',
  conflict: '409: the state of things does not allow it; detail says why.',
  secret_already_created:
    '409: this Idempotency-Key made a secret before; its value is not told twice.',
  precondition_failed: '412: it has changed since you read it; ETag is the new one.',
  too_large: '413: the request is larger than any that makes sense.',
  unsupported_media_type: '415: send application/json, or a file as the operation says.',
  invalid: '422: members of the body are wrong; errors has a pointer to each.',
  faulty_file:
    '422: the file has errors; errors has line and column of each, errorCount their number.',
  unreadable_file: '422: the file is not UTF-8, or not a text.',
  idempotency_key_reused: '422: this Idempotency-Key came with another request before.',
  precondition_required: '428: send If-Match.',
  too_many: '429: Retry-After says when to go on.',
  server_error: '500: a fault of ours; requestId finds it in the log.',
  temporarily_unavailable: '503: try again after Retry-After.',
};
