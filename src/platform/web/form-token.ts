import Tokens from '@fastify/csrf';
import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { Config } from '../config/config.js';
import { Keys } from '../keys/keys.js';
import { StaleForm } from '../refusals.js';
import { readCookie, setCookie } from './cookies.js';

// Its types describe a constructor that can be called without `new` only.
const tokens = Tokens();
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * The token in every form: bound to the session's lasting id where there is one, otherwise to a
 * random cookie of the visitor. Nothing is stored; the secret behind it follows from a server key.
 */
@Injectable()
export class FormTokens {
  constructor(
    private readonly config: Config,
    private readonly keys: Keys,
  ) {}

  /** A fresh token for a page. */
  create(request: FastifyRequest): string {
    return tokens.create(this.secrets(request)[0]!);
  }

  /** Gives a visitor without a session something that a form token can be bound to. */
  greet(request: FastifyRequest, reply: FastifyReply): void {
    const known = readCookie(this.config, request, 'visitor');
    request.visitor = known && /^[\w-]{22}$/.test(known) ? known : this.newVisitor(reply);
  }

  /** @throws StaleForm for a changing request from elsewhere or without a valid token */
  check(request: FastifyRequest): void {
    if (safeMethods.has(request.method)) return;
    const site = request.headers['sec-fetch-site'];
    if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new StaleForm(false);
    const given = (request.body as Record<string, unknown> | undefined)?._csrf;
    if (typeof given === 'string' && this.isGood(request, given)) return;
    // A browser vouches for its own page: then nobody else could have made this request.
    throw new StaleForm(site === 'same-origin');
  }

  private newVisitor(reply: FastifyReply): string {
    const visitor = randomBytes(16).toString('base64url');
    setCookie(this.config, reply, 'visitor', visitor);
    return visitor;
  }

  private isGood(request: FastifyRequest, given: string): boolean {
    return this.secrets(request).some((secret) => tokens.verify(secret, given));
  }

  private secrets(request: FastifyRequest): string[] {
    const owner = request.sessionId ? `session ${request.sessionId}` : `visitor ${request.visitor}`;
    return this.keys.formSecrets(owner);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The lasting id of the session row, when the request carries a live session. */
    sessionId?: string;
    /** The random identifier of a visitor without a session. */
    visitor?: string;
  }
}
