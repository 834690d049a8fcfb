import { leakText } from '../leaks/leak-words.js';
import { secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import { resourceHref, secretsHref } from './hrefs.js';
import type { LeakedSecret } from './leaks.query.js';
import type { OperationsPage } from './models.js';

export function leaksOf(leaks: LeakedSecret[], now: Date): OperationsPage['leaks'] {
  const [first] = leaks;
  return first && { count: first.count, listed: leaks.map((each) => leakLine(each, now)) };
}

function leakLine(row: LeakedSecret, now: Date) {
  const { id, name, hint, applicationId, resourceId, owner, leak } = row;
  const key = secretState({ ...row, superseded: false }, now);
  return {
    name,
    hint,
    owner,
    href: applicationId ? `${secretsHref(applicationId)}/secrets/${id}` : resourceHref(resourceId!),
    text: leakText(leak),
    state: { key, text: secretStateTexts[key]() },
  };
}
