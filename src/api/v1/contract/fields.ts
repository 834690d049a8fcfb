import {
  ArrayMaxSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator';

export type JsonSchema = Record<string, unknown>;
export type Shape = abstract new () => object;

export interface Field {
  schema: JsonSchema;
  /** The class of the part, or of each of the parts, for what is built of others. */
  of?: () => Shape;
  list?: boolean;
  optional: boolean;
  nullable: boolean;
}

interface About {
  /** For readers of the document. */
  about?: string;
  optional?: boolean;
  nullable?: boolean;
  example?: unknown;
}

const key = 'keyturn:fields';

/** The fields of a class and of those above it, by name, in the order in which they are written. */
export function fieldsOf(shape: Shape): Record<string, Field> {
  const above = Object.getPrototypeOf(shape) as Shape | null;
  const inherited = above && above !== Function.prototype ? fieldsOf(above) : {};
  const own = Reflect.getOwnMetadata(key, shape) as Record<string, Field> | undefined;
  return { ...inherited, ...own };
}

/*
 * Each decorator says once what a field is: class-validator checks it in a request, and the OpenAPI
 * document shows it. What a value must be beyond its type is known by the feature that takes it.
 */

export const Text = (options: About & { min?: number; max?: number; pattern?: RegExp } = {}) => {
  const { min, max, pattern } = options;
  const rules: PropertyDecorator[] = [IsString({ message: 'Send a text.' })];
  if (min) rules.push(MinLength(min, { message: `Send at least ${min} character.` }));
  if (max) rules.push(MaxLength(max, { message: `Send at most ${max} characters.` }));
  if (pattern) rules.push(Matches(pattern, { message: 'This does not have the right form.' }));
  return field(
    { type: 'string', minLength: min, maxLength: max, pattern: pattern?.source },
    options,
    rules,
  );
};

export const Uuid = (options: About = {}) =>
  field({ type: 'string', format: 'uuid' }, options, [
    IsString({ message: 'Send a UUID.' }),
    IsUUID('loose', { message: 'Send a UUID.' }),
  ]);

/** A day of the calendar; whether it exists and fits is decided by the feature. */
export const Day = (options: About = {}) =>
  field({ type: 'string', format: 'date', maxLength: 10 }, { example: '2027-03-01', ...options }, [
    IsString({ message: 'Send a day such as 2027-03-01.' }),
    Matches(/^\d{4}-\d{2}-\d{2}$/, { message: 'Send a day such as 2027-03-01.' }),
  ]);

export const Instant = (options: About = {}) =>
  field(
    { type: 'string', format: 'date-time', maxLength: 40 },
    { example: '2027-03-01T12:00:00Z', ...options },
    [
      IsString({ message: 'Send an instant such as 2027-03-01T12:00:00Z.' }),
      MaxLength(40, { message: 'Send an instant such as 2027-03-01T12:00:00Z.' }),
    ],
  );

export const Flag = (options: About = {}) =>
  field({ type: 'boolean' }, options, [IsBoolean({ message: 'Send true or false.' })]);

export const Whole = (options: About & { min?: number; max?: number } = {}) => {
  const { min, max } = options;
  const rules: PropertyDecorator[] = [IsInt({ message: 'Send a whole number.' })];
  if (min !== undefined) rules.push(Min(min, { message: `Send ${min} or more.` }));
  if (max !== undefined) rules.push(Max(max, { message: `Send ${max} or less.` }));
  return field({ type: 'integer', minimum: min, maximum: max }, options, rules);
};

export const OneOf = (values: readonly string[], options: About = {}) =>
  field({ type: 'string', enum: [...values] }, options, [
    IsIn(values, { message: `Send one of: ${values.join(', ')}.` }),
  ]);

export const Texts = (options: About & { values?: readonly string[] } = {}) => {
  const { values } = options;
  return field(
    { type: 'array', maxItems: 50, items: { type: 'string', enum: values && [...values] } },
    options,
    [
      IsArray({ message: 'Send a list.' }),
      ArrayMaxSize(50, { message: 'Send at most 50.' }),
      values
        ? IsIn(values, { each: true, message: `Send some of: ${values.join(', ')}.` })
        : IsString({ each: true, message: 'Send a list of texts.' }),
    ],
  );
};

/** Any JSON object; in answers alone. */
export const Facts = (options: About = {}) => field({ type: 'object' }, options, []);

/** An object of another class; in answers alone. */
export const Part = (of: () => Shape, options: About = {}) => field({}, options, [], { of });

export const Parts = (of: () => Shape, options: About = {}) =>
  field({}, options, [], { of, list: true });

function field(
  schema: JsonSchema,
  { about, example, optional = false, nullable = false }: About,
  rules: PropertyDecorator[],
  part: Pick<Field, 'of' | 'list'> = {},
): PropertyDecorator {
  const present = Object.entries({ ...schema, description: about, examples: example && [example] });
  const entry: Field = {
    schema: Object.fromEntries(present.filter(([, value]) => value !== undefined)),
    ...part,
    optional,
    nullable,
  };
  return (target, property) => {
    const own = (Reflect.getOwnMetadata(key, target.constructor) ?? {}) as Record<string, Field>;
    Reflect.defineMetadata(key, { ...own, [String(property)]: entry }, target.constructor);
    const needed = (_: object, value: unknown) =>
      !(optional && value === undefined) && !(nullable && value === null);
    ValidateIf(needed)(target, property);
    for (const rule of rules) rule(target, property);
  };
}
