import type { FastifyRequest } from 'fastify';
import type { Language } from '../language/languages.js';

/** A short message above the page's content. */
export interface Notice {
  kind: 'success' | 'warning' | 'error';
  text: string;
}

export interface Alert {
  text: string;
  href: string;
  /** What the link is called. */
  label: string;
}

/** What every page shows around its content. */
export interface Frame {
  title: string;
  user?: {
    name: string;
    roleText: string;
    it: boolean;
    /** Beside the name. */
    links: { label: string; href: string; current: boolean }[];
  };
  nav: { label: string; href: string; current: boolean; waiting?: number }[];
  csrf: string;
  notice?: Notice;
  /** What operator staff shall see on every page. */
  alerts: Alert[];
  demo?: { mailboxUrl: string };
  support: string;
  path: string;
  /** Where the choice of a language comes back to. */
  here: string;
  /** The page answers a form. */
  posted: boolean;
  language: Language;
  languages: { code: string; name: string }[];
  now: string;
  /** Changes with every change of style sheet and script, so that no browser keeps an old one. */
  assets: string;
}

/** Knows who looks at the page; the feature that signs people in provides it. */
export abstract class FrameSource {
  abstract frame(request: FastifyRequest): Omit<Frame, 'title' | 'notice' | 'assets'>;

  /** The language that whoever asks has chosen, or that the browser asks for. */
  abstract language(request: FastifyRequest): Language;
}

/** What operator staff shall see on every page. */
export interface Attention {
  /** Put into words on each page. */
  alerts: () => Alert[];
  /** How much waits behind an entry of the menu, by its address. */
  waiting: Record<string, number>;
}

/** Asked by the guard: an interceptor for everything would cost every route, tokens too. */
export abstract class AttentionSource {
  abstract current(): Promise<Attention>;
}

declare module 'fastify' {
  interface FastifyRequest {
    attention?: Attention;
  }
}
