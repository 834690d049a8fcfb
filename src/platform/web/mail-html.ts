import type { FastifyReply } from 'fastify';

/**
 * The HTML part of a mail, for a frame in a page of ours: nothing in it runs or posts, and its links
 * open in the whole window. It keeps its origin so that the page around it can measure its height;
 * without scripts that is no power.
 */
export function sendMailHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header(
      'content-security-policy',
      "default-src 'none'; object-src 'none'; base-uri 'none'; style-src 'unsafe-inline'; " +
        "img-src data:; frame-ancestors 'self'; " +
        'sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation',
    )
    .header('x-frame-options', 'SAMEORIGIN')
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(html.replace(/<head[^>]*>/i, '$&<base target="_top">'));
}
