import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { validateSync } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { Problem, type ProblemPlace } from '../../../platform/web/problems.js';
import { uuidOf } from '../../../platform/web/uuid-param.js';
import { type Field, fieldsOf, type Shape } from './fields.js';

type Concrete<T extends object> = new () => T;

const mostErrors = 20;

/** The JSON body of a request as an instance of `shape`; named in the document as well. */
export const Input = parameter('body', readBody);

/** The parameters of the address. */
export const Filter = parameter('query', readQuery);

/** An id in the address. What cannot be one is not found. */
export const Id = createParamDecorator((name: string, context: ExecutionContext) => {
  const { params } = context.switchToHttp().getRequest<FastifyRequest>();
  return uuidOf((params as Record<string, string>)[name] ?? '');
});

/** The class that a handler takes as `body` or `query`, if it takes one. */
export function inputOf(
  controller: object,
  handler: string,
  kind: 'body' | 'query',
): Shape | undefined {
  return Reflect.getMetadata(`keyturn:${kind}`, controller, handler) as Shape | undefined;
}

/** Only fields that the class declares; nothing else is ever looked at. @throws Problem 422 */
export function readBody<T extends object>(shape: Concrete<T>, request: FastifyRequest): T {
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw invalid([{ pointer: '', code: 'invalid', detail: 'Send a JSON object.' }]);
  }
  const place = (name: string) => ({ pointer: `/${shortened(escaped(name))}` });
  const { errors, read } = check(shape, body as Record<string, unknown>, place, (value) => value);
  if (errors.length > 0) throw invalid(errors);
  return read;
}

/** @throws Problem 400 */
export function readQuery<T extends object>(shape: Concrete<T>, request: FastifyRequest): T {
  const place = (name: string) => ({ parameter: shortened(name) });
  const query = request.query as Record<string, unknown>;
  const { errors, read } = check(shape, query, place, fromText);
  if (errors.length === 0) return read;
  throw new Problem(400, 'invalid_parameter', 'Please correct the parameters.', {
    errors: errors.slice(0, mostErrors),
  });
}

function check<T extends object>(
  shape: Concrete<T>,
  sent: Record<string, unknown>,
  place: (name: string) => Pick<ProblemPlace, 'pointer' | 'parameter'>,
  valueOf: (value: unknown, field: Field) => unknown,
): { errors: ProblemPlace[]; read: T } {
  const fields = fieldsOf(shape);
  const errors: ProblemPlace[] = Object.keys(sent)
    .filter((name) => !Object.hasOwn(fields, name))
    .map((name) => ({ ...place(name), code: 'unknown', detail: 'There is no such field here.' }));
  const read = new shape() as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    if (Object.hasOwn(sent, name)) read[name] = valueOf(sent[name], field);
  }
  for (const { property, constraints } of validateSync(read, { stopAtFirstError: true })) {
    const missing = !Object.hasOwn(sent, property);
    const detail = missing ? 'This is missing.' : Object.values(constraints ?? {})[0]!;
    errors.push({ ...place(property), code: missing ? 'missing' : 'invalid', detail });
  }
  return { errors, read: read as T };
}

function invalid(errors: ProblemPlace[]): Problem {
  return new Problem(422, 'invalid', 'Please correct the marked fields.', {
    errors: errors.slice(0, mostErrors),
  });
}

/** Parameters are texts; what is not of the field's type stays one, and breaks its rule. */
function fromText(value: unknown, { schema }: Field): unknown {
  if (schema.type === 'integer' && typeof value === 'string' && /^-?\d{1,12}$/.test(value)) {
    return Number(value);
  }
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

/** RFC 6901 section 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function shortened(name: string): string {
  return name.length > 100 ? `${name.slice(0, 100)}…` : name;
}

function parameter(
  kind: 'body' | 'query',
  read: <T extends object>(shape: Concrete<T>, request: FastifyRequest) => T,
) {
  return <T extends object>(shape: Concrete<T>): ParameterDecorator => {
    const take = createParamDecorator((_: unknown, context: ExecutionContext) =>
      read(shape, context.switchToHttp().getRequest<FastifyRequest>()),
    )();
    return (target, handler, index) => {
      Reflect.defineMetadata(`keyturn:${kind}`, shape, target, handler!);
      take(target, handler, index);
    };
  };
}
