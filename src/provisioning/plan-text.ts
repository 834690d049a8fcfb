import { t } from '../platform/language/speaking.js';
import type { Action, Entry } from './plan.js';
import type { Problem } from './rows.js';

const signs: Record<Action, string> = { create: '+', change: '~', same: '=', remove: '-' };

/** One line, e.g. `~ organisation NL/Matchpunt (line 4): name "Old" → "New"`. */
export function entryText({ action, what, name, at, changes }: Entry): string {
  const place = at ? ` (line ${at.line})` : '';
  const values = changes.map((change) => changeText(action, change)).join(', ');
  return `${signs[action]} ${what} ${name}${place}${values && `: ${values}`}`;
}

export function changeText(action: Action, { field, from, to }: Entry['changes'][number]): string {
  return action === 'create' ? `${field} ${shown(to)}` : `${field} ${shown(from)} → ${shown(to)}`;
}

/** `12:5: text`, as compilers write it. */
export function problemText({ line, column, text }: Problem): string {
  // What the file says is repeated without anything that a terminal would obey.
  return `${line}:${column}: ${text.replace(/\p{Cc}/gu, '�')}`;
}

export function summaryText({ create, change, same, remove }: Record<Action, number>): string {
  return t`${create} to create, ${change} to change, ${same} the same, ${remove} to remove.`;
}

/** The same when it is done. */
export function doneText({ create, change, same, remove }: Record<Action, number>): string {
  return `${create} created, ${change} changed, ${same} as before, ${remove} removed.`;
}

function shown(value: string): string {
  return value === '' ? t`none` : `"${value}"`;
}
