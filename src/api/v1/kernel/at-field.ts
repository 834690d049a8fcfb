import { Invalid, NotFound } from '../../../platform/refusals.js';

/** The problems of a feature's input, at the members of the body that it was made from. */
export async function atFields<T>(names: Record<string, string>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    const fields = Object.entries(error.fields).map(([name, text]) => [names[name] ?? name, text]);
    throw new Invalid(Object.fromEntries(fields) as Record<string, string>);
  }
}

/** An id in the body that leads to nothing is a problem of that member, not of the address. */
export async function atField<T>(field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof NotFound) throw new Invalid({ [field]: 'There is nothing with this id.' });
    throw error;
  }
}
