import { unescape } from './visitor.js';
/** Where a reader meets a text: between tags, or in an attribute that is read out or shown. */
const shown = ['aria-label', 'title', 'placeholder', 'alt', 'data-label', 'aria-description'];
/** What no catalogue translates: code, mails as they were sent, what another language says. */
const unread = new Set(['script', 'style', 'svg', 'code', 'pre']);
const single = new Set(['input', 'br', 'hr', 'img', 'meta', 'link']);

const open = '⟦';
const close = '⟧';

/** A catalogue in which each sentence is found, between marks. */
export const marking = new Proxy<Record<string, string>>(
  {},
  { get: (_, key) => `${open}${String(key)}${close}` },
);

/** The texts of a page that stand outside the marks. */
export function unmarked(html: string): string[] {
  const found: string[] = [];
  const closes: string[] = [];
  let depth = 0;
  const read = (text: string) => {
    let outside = '';
    for (const sign of unescape(text)) {
      if (sign === open) depth++;
      else if (sign === close) depth--;
      else if (depth === 0) outside += sign;
    }
    if (outside.trim()) found.push(outside.replace(/\s+/g, ' ').trim());
  };
  for (const [piece, tag, name, rest] of html
    .replaceAll('<wbr>', '')
    .matchAll(
      /<!--[\s\S]*?-->|<!doctype[^>]*>|<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>|[^<]+/gi,
    )) {
    if (name === undefined) {
      if (!piece.startsWith('<') && closes.length === 0) read(piece);
      continue;
    }
    if (closes.length > 0) {
      if (tag === '/' && name === closes.at(-1)) closes.pop();
      else if (tag === '' && name === closes.at(-1)) closes.push(name);
      continue;
    }
    if (tag === '/') continue;
    for (const [, attribute, value] of rest!.matchAll(/\s([a-z-]+)="([^"]*)"/g)) {
      if (shown.includes(attribute!)) read(value!);
    }
    const foreign = name !== 'html' && /\slang="/.test(rest!);
    if ((unread.has(name) || foreign) && !single.has(name)) closes.push(name);
  }
  if (depth !== 0) throw new Error('a mark was lost');
  return found;
}

/** The addresses that a page links to, without their fragments. */
export function linksIn(html: string): string[] {
  return [...html.matchAll(/<a\b[^>]*?\shref="(\/[^"#]*)/g)].map(([, href]) => unescape(href!));
}
