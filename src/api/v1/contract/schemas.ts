import { type Field, fieldsOf, type JsonSchema, type Shape } from './fields.js';

/** Schemas of classes, each once, to be referred to by name. */
export class Schemas {
  readonly all: Record<string, JsonSchema> = {};

  /** A reference to the schema of a class; the first one writes it. */
  ref(shape: Shape): JsonSchema {
    if (!(shape.name in this.all)) {
      this.all[shape.name] = {};
      this.all[shape.name] = this.objectOf(shape);
    }
    return { $ref: `#/components/schemas/${shape.name}` };
  }

  /** A page of a list of such things. */
  page(shape: Shape): JsonSchema {
    const name = `${shape.name}Page`;
    const properties = {
      items: { type: 'array', maxItems: 100, items: this.ref(shape) },
      next: {
        type: ['string', 'null'],
        format: 'uri',
        description: 'The address of the next page; null on the last one.',
      },
    };
    this.all[name] = object(properties, Object.keys(properties));
    return { $ref: `#/components/schemas/${name}` };
  }

  schemaOf({ schema, of, list, nullable }: Field): JsonSchema {
    const plain = of
      ? list
        ? { ...schema, type: 'array', items: this.ref(of()) }
        : { ...schema, ...this.ref(of()) }
      : schema;
    if (!nullable) return plain;
    return typeof plain.type === 'string'
      ? { ...plain, type: [plain.type, 'null'] }
      : { anyOf: [plain, { type: 'null' }] };
  }

  private objectOf(shape: Shape): JsonSchema {
    const fields = Object.entries(fieldsOf(shape));
    const properties = fields.map(([name, field]) => [name, this.schemaOf(field)]);
    const required = fields.filter(([, { optional }]) => !optional).map(([name]) => name);
    return object(Object.fromEntries(properties) as JsonSchema, required);
  }
}

function object(properties: JsonSchema, required: string[]): JsonSchema {
  return { type: 'object', additionalProperties: false, properties, required };
}
