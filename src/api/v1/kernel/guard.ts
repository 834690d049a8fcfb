import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Bearers, type Caller } from '../../../oauth/bearer.service.js';
import { Config } from '../../../platform/config/config.js';
import { Limits } from '../../../platform/limits/limits.js';
import { fileTypes } from '../../../platform/web/file-body.js';
import { Problem } from '../../../platform/web/problems.js';
import { type Operation, operationKey } from '../contract/operation.js';
import { acceptedOf } from './accepted.js';

/** Who calls, whether it may come here, and whether what it sends and wants is JSON. */
@Injectable()
export class ApiGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly bearers: Bearers,
    private readonly limits: Limits,
    private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const operation = this.reflector.get<Operation | undefined>(operationKey, handler);
    if (!operation) throw new Error(`${handler.name} has no rule, so nobody gets in`);
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (Array.isArray(operation.scopes)) {
      request.caller = await this.callerOf(request);
      request.who = request.caller.machine.applicationId;
      allow(request.caller, operation.scopes);
    }
    checkBody(request, operation);
    checkAccept(request, operation);
    return true;
  }

  private async callerOf(request: FastifyRequest): Promise<Caller> {
    const { authorization } = request.headers;
    const token = /^Bearer +([\w.~+/-]+=*) *$/i.exec(authorization ?? '')?.[1];
    if (!token) throw unauthenticated('unauthenticated', 'Send a bearer token for this API.');
    const caller = await this.bearers.accept(token, request.ip);
    if (!caller) {
      const text = 'This token is not for this API, has ended, or its secret or grant has.';
      throw unauthenticated('invalid_token', text, ', error="invalid_token"');
    }
    const limit = { most: this.config.API_CALLS_PER_MINUTE, seconds: 60 };
    const text = 'This application calls too often. Try again a little later.';
    await this.limits.count(`api ${caller.machine.applicationId}`, limit, text);
    return caller;
  }
}

function allow(caller: Caller, needed: string[]): void {
  if (needed.length === 0 || needed.some((scope) => caller.scopes.includes(scope))) return;
  const scope = needed.join(' ');
  throw new Problem(403, 'insufficient_scope', `This needs one of these scopes: ${scope}.`, {
    headers: {
      'www-authenticate': `Bearer realm="Keyturn", error="insufficient_scope", scope="${scope}"`,
    },
  });
}

function unauthenticated(code: string, text: string, error = ''): Problem {
  return new Problem(401, code, text, {
    headers: { 'www-authenticate': `Bearer realm="Keyturn"${error}` },
  });
}

/** Forms and plain texts would be parsed by the framework; this API takes JSON, and here and there a file. */
function checkBody({ headers, body }: FastifyRequest, { file }: Operation): void {
  // Nothing here decompresses: a small body that becomes a large one is not worth the care it takes.
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity')
    throw new Problem(415, 'unsupported_media_type', 'Send the body without Content-Encoding.');
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (file) {
    if (type && fileTypes.includes(type)) return;
    throw new Problem(415, 'unsupported_media_type', `Send a file as ${fileTypes.join(' or ')}.`);
  }
  if (body !== undefined && body !== null && type !== 'application/json') {
    throw new Problem(415, 'unsupported_media_type', 'Send application/json.');
  }
}

function checkAccept(request: FastifyRequest, { texts }: Operation): void {
  const types = texts ?? ['application/json', 'application/problem+json'];
  // An address that names the form needs no header.
  if (texts && (request.query as Record<string, unknown>).format !== undefined) return;
  if (acceptedOf(request.headers.accept, types) === undefined) {
    const ours = texts?.join(' or ') ?? 'application/json';
    throw new Problem(406, 'not_acceptable', `The answer is ${ours}.`);
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls our own API. */
    caller?: Caller;
  }
}
