import { parseInstant } from '../../../platform/instant.js';
import { Problem } from '../../../platform/web/problems.js';

/** An instant in the address. @throws Problem 400 */
export function instantParameter(name: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  try {
    if (text.includes('T')) return parseInstant(text);
  } catch {
    // Told below.
  }
  throw new Problem(400, 'invalid_parameter', 'Please correct the parameters.', {
    errors: [
      { parameter: name, code: 'invalid', detail: 'Send an instant such as 2027-03-01T12:00:00Z.' },
    ],
  });
}
