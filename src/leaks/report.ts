import { mark } from '../secrets/value.js';

/** A value that a scanner has found. */
export interface Found {
  token: string;
  /** What the scanner calls values of ours; its answer names it again. */
  type: string;
  url?: string;
}

/** In one report. */
export const foundAtMost = 1_000;

/** A report that is read, or what is wrong with it and where (RFC 6901). Nothing of it is repeated. */
export type Report =
  { found: Found[] } | { problem: { pointer: string; detail: string }; tooMany?: boolean };

/** Reads a report as GitHub sends it: a list of objects, of which members that are not known are ignored. */
export function readReport(body: Buffer): Report {
  const list = parsed(body);
  if (!Array.isArray(list)) return wrong('', 'Send a list of objects as JSON.');
  if (list.length === 0) return wrong('', 'Send at least one value.');
  if (list.length > foundAtMost) {
    return { ...wrong('', `Send at most ${foundAtMost} values at once.`), tooMany: true };
  }
  for (const [at, each] of (list as unknown[]).entries()) {
    const member = wrongMember(each);
    if (member) return wrong(`/${at}${member.name && `/${member.name}`}`, member.detail);
  }
  return { found: list as Found[] };
}

function wrong(pointer: string, detail: string) {
  return { problem: { pointer, detail } };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function wrongMember(each: unknown): { name: string; detail: string } | undefined {
  if (typeof each !== 'object' || each === null || Array.isArray(each)) {
    return { name: '', detail: 'should be an object' };
  }
  const { token, type, url, source } = each as Record<string, unknown>;
  if (!isText(token, 1, 1_000)) return { name: 'token', detail: 'should be the value' };
  if (!isText(type, 1, 100) || !/^[\w.-]+$/.test(type) || type.includes(mark)) {
    return { name: 'type', detail: 'should be the name of the kind of value' };
  }
  if (!isAbsent(url) && !isText(url, 0, 4_000)) {
    return { name: 'url', detail: 'should be an address, empty or absent' };
  }
  if (!isAbsent(source) && !isText(source, 0, 100)) {
    return { name: 'source', detail: 'should be a short text or absent' };
  }
  return undefined;
}

const isAbsent = (value: unknown) => value === undefined || value === null;

function isText(value: unknown, least: number, most: number): value is string {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}

/**
 * Where something was found, as far as it is told: scheme and host. A host that is no plain name is left
 * out, so that no value can stand in it.
 */
export function placeOf(url: string | null | undefined): string | null {
  if (!url || !URL.canParse(url)) return null;
  const { protocol, host } = new URL(url);
  const place = `${protocol}//${host}`;
  return /^https?:\/\/[a-z0-9.-]{1,253}(:\d{1,5})?$/.test(place) ? place : null;
}
