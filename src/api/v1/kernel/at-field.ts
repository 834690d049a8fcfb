import { Invalid, NotFound } from '../../../platform/refusals.js';

/** An id in the body that leads to nothing is a problem of that member, not of the address. */
export async function atField<T>(field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NotFound) throw new Invalid({ [field]: 'There is nothing with this id.' });
    throw error;
  }
}
