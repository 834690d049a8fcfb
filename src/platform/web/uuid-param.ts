import { NotFound } from '../refusals.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** An id that an address may carry; anything else is as good as none. */
export function uuidIn(value: unknown): string | undefined {
  return typeof value === 'string' && uuid.test(value) ? value.toLowerCase() : undefined;
}

/** An id from an address. @throws NotFound for anything that cannot be one: nothing has such an id */
export function uuidOf(text: string): string {
  if (!uuid.test(text)) throw new NotFound('not a UUID');
  return text.toLowerCase();
}
