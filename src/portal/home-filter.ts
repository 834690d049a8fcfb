import { t } from '../platform/language/speaking.js';
import { type Filter, filters, type HomeFilter, type Place } from './home.query.js';

/** How much of what was typed is looked for. */
const longest = 100;

/** Reads what the list is asked for; what was not made here is as good as nothing. */
export function readHomeFilter(query: Record<string, unknown>): HomeFilter {
  const { q, show, after } = query;
  return {
    q:
      typeof q === 'string'
        ? q
            .replace(/\p{Cc}/gu, '')
            .trim()
            .slice(0, longest)
        : '',
    show: filters.find((each) => each === show),
    after: placeIn(after),
  };
}

/** The address of the list with this filter. */
export function homeHref({ q, show, after }: HomeFilter): string {
  const asked = { q, show: show ?? '', after: after ? encoded(after) : '' };
  const given = Object.entries(asked).filter(([, value]) => value !== '');
  const query = new URLSearchParams(given).toString();
  return `/manage-api-credentials${query && `?${query}`}`;
}

export const filterTexts: Record<Filter, () => string> = {
  ending: () => t`Ending`,
  expired: () => t`Expired`,
  never_used: () => t`Never used`,
  cannot_connect: () => t`Cannot connect`,
  no_manager: () => t`No credential manager`,
};

/** The same within a sentence. */
export const quotedFilters: Record<Filter, () => string> = {
  ending: () => t`ending`,
  expired: () => t`expired`,
  never_used: () => t`never used`,
  cannot_connect: () => t`cannot connect`,
  no_manager: () => t`no credential manager`,
};

function encoded(place: Place): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function placeIn(text: unknown): Place | undefined {
  if (typeof text !== 'string' || text.length > 500) return undefined;
  try {
    const place = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
    return isPlace(place) ? place : undefined;
  } catch {
    return undefined;
  }
}

function isPlace(place: unknown): place is Place {
  if (!Array.isArray(place) || place.length !== 2) return false;
  const [end, name] = place as unknown[];
  return isEnd(end) && typeof name === 'string' && /^[\w-]{1,100}$/.test(name);
}

/** As the query and the page write it, in micro- or milliseconds, and a moment that there is. */
function isEnd(end: unknown): end is string {
  if (end === '') return true;
  if (typeof end !== 'string') return false;
  const written = /^([1-9]\d{3}-\d\d-\d\dT[\d:]{8}\.\d{3})(\d{3})?Z$/.exec(end);
  if (!written) return false;
  const inMilliseconds = `${written[1]}Z`;
  const moment = new Date(inMilliseconds);
  return !Number.isNaN(moment.getTime()) && moment.toISOString() === inMilliseconds;
}
