import { containing } from '../platform/database/containing.js';
import { searchText } from './search-text.js';

/** What somebody who is asked for help has in hand: one line, read in every way that it can be meant. */
export interface SupportSearch {
  q: string;
  /** A pattern for `like`: what begins with the text, in small letters. */
  prefix: string;
  /** The range of client IDs that begin with it; all of eight digits are needed. */
  from: string | null;
  to: string | null;
  /** Three letters or digits are the hint of a secret. */
  hint: string | null;
}

export function supportSearch(typed: unknown): SupportSearch {
  const q = searchText(typed);
  const hex = /^[0-9a-f]{8}[0-9a-f-]{0,28}$/i.test(q) ? q.replaceAll('-', '').toLowerCase() : '';
  const range = hex.length >= 8 && hex.length <= 32;
  return {
    q,
    prefix: containing(q.toLowerCase()).slice(1),
    from: range ? uuidFrom(hex.padEnd(32, '0')) : null,
    to: range ? uuidFrom(hex.padEnd(32, 'f')) : null,
    hint: /^[0-9A-Za-z]{3}$/.test(q) ? q : null,
  };
}

function uuidFrom(hex: string): string {
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
