import { randomBytes } from 'node:crypto';

/** What a rotation has done to a list of keys. */
export interface Rotated {
  list: string;
  number: number;
  /** `announced`: every instance can read with it. `current`: it makes everything new. */
  step: 'announced' | 'current';
}

/**
 * The next step of a rotation. A key is announced at the end of the list first, so that each instance
 * reads what the others will make with it; it goes to the front when all know it.
 * @param list such as `1:…,2:…`; the first is the current one
 */
export function rotated(list: string): Rotated {
  const entries = list.split(',');
  const newest = Math.max(...entries.map(numberOf));
  const announced = entries.find((entry) => numberOf(entry) === newest)!;
  if (announced !== entries[0]) {
    const others = entries.filter((entry) => entry !== announced);
    return { list: [announced, ...others].join(','), number: newest, step: 'current' };
  }
  const number = newest + 1;
  const key = `${number}:${randomBytes(32).toString('base64')}`;
  return { list: [...entries, key].join(','), number, step: 'announced' };
}

/** @throws RangeError for the current key, or a number that is not in the list */
export function withoutKey(list: string, number: number): string {
  const [current, ...others] = list.split(',');
  if (numberOf(current!) === number) {
    throw new RangeError(`Key number ${number} is the current one. Rotate first.`);
  }
  const left = others.filter((entry) => numberOf(entry) !== number);
  if (left.length === others.length) throw new RangeError(`There is no key number ${number}.`);
  return [current, ...left].join(',');
}

function numberOf(entry: string): number {
  return Number(entry.split(':')[0]);
}
