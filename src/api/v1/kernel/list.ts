import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../../platform/web/problems.js';
import { Text, Whole } from '../contract/fields.js';

/** The largest page. A larger limit is cut to it. */
export const largestPage = 100;

/** What every list takes. */
export class ListQuery {
  @Whole({
    min: 1,
    optional: true,
    about: 'How many to a page: 50, or as many as asked for up to 100.',
  })
  limit?: number;

  @Text({
    max: 200,
    optional: true,
    about: 'Where the page begins, from the link to the next one.',
  })
  after?: string;
}

export interface PageWish {
  /** The id after which the page begins. */
  after: string | null;
  /** One more than the page has room for tells whether there is another page. */
  fetch: number;
  limit: number;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Lists are sorted by id, which never changes: what is added meanwhile moves nothing.
 * @param list its name stands in the cursor, so that one of another list is refused
 * @throws Problem 400
 */
export function pageWish({ limit = 50, after }: ListQuery, list: string, form = uuid): PageWish {
  const most = Math.min(limit, largestPage);
  if (after === undefined) return { after: null, fetch: most + 1, limit: most };
  const [name, id, ...rest] = Buffer.from(after, 'base64url').toString('utf8').split(' ');
  if (name !== list || !id || !form.test(id) || rest.length > 0) {
    throw new Problem(400, 'invalid_parameter', 'Please correct the parameters.', {
      errors: [{ parameter: 'after', code: 'invalid', detail: 'This is no cursor of this list.' }],
    });
  }
  return { after: id, fetch: most + 1, limit: most };
}

/** Sends a page with the link to the next one, in the body and as a header (RFC 8288). */
export function sendList<Row extends { id: string }>(
  request: FastifyRequest,
  reply: FastifyReply,
  { list, wish, rows, base }: { list: string; wish: PageWish; rows: Row[]; base: string },
  answer: (row: Row) => object,
): FastifyReply {
  const page = rows.slice(0, wish.limit);
  const next = rows.length > wish.limit ? nextOf(request, list, page.at(-1)!.id, base) : null;
  if (next) void reply.header('link', `<${next}>; rel="next"`);
  return reply
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ items: page.map(answer), next }));
}

function nextOf(request: FastifyRequest, list: string, id: string, base: string): string {
  const [path = '', query = ''] = request.url.split('?');
  const parameters = new URLSearchParams(query);
  parameters.set('after', Buffer.from(`${list} ${id}`).toString('base64url'));
  return `${base}${path}?${parameters.toString()}`;
}
