import { ValidateBy, type ValidationOptions } from 'class-validator';

/**
 * A class-validator rule made of a predicate over the value and the object it stands in.
 * @param options.message the sentence for a value that does not hold
 */
export function Holds<T extends object>(
  predicate: (value: never, object: T) => boolean,
  options: ValidationOptions,
): PropertyDecorator {
  return ValidateBy(
    {
      name: predicate.name || 'holds',
      validator: {
        validate: (value, args) => predicate(value as never, args?.object as T),
      },
    },
    options,
  );
}
