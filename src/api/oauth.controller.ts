import {
  Controller,
  Delete,
  Get,
  Header,
  HttpException,
  Patch,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Machine } from '../authentication/marks.js';
import { clientCredentials } from '../oauth/client-credentials.js';
import { OAuthRefusal } from '../oauth/oauth-refusal.js';
import { needed, OAuth } from '../oauth/oauth.service.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import type { Proven } from '../secrets/credential-check.service.js';
import { Config } from '../platform/config/config.js';
import { parametersOf } from './parameters.js';

const postRoutes = ['oauth2/token', 'oauth2/introspect', 'oauth2/revoke'];

/** The authorisation server for machines (RFC 6749, 7009, 7662, 8414, 8707, 9068; T1–T6). */
@Machine()
@Controller()
export class OAuthController {
  constructor(
    private readonly oauth: OAuth,
    private readonly signingKeys: SigningKeys,
    private readonly config: Config,
  ) {}

  @Post('oauth2/token')
  async token(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const parameters = parametersOf(request);
    if (needed(parameters, 'grant_type') !== 'client_credentials') {
      throw new OAuthRefusal('unsupported_grant_type', 'use client_credentials');
    }
    const client = await this.caller(request, parameters);
    const { oauth } = this;
    const answer = await oauth.exchange(
      client,
      parameters.get('resource'),
      parameters.get('scope'),
    );
    if (client.replacedByNewer) reply.header('client-secret-replaced-by-newer', 'true');
    return uncached(reply).send(answer);
  }

  @Post('oauth2/introspect')
  async introspect(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const parameters = parametersOf(request);
    // Who has not proved itself is told that first.
    if (!parameters.has('token')) await this.caller(request, parameters);
    const credentials = clientCredentials(request.headers.authorization, parameters);
    const token = needed(parameters, 'token');
    const claims = await this.oauth.introspect(credentials, token, request.ip);
    return uncached(reply).send(
      claims ? { active: true, token_type: 'Bearer', ...claims } : { active: false },
    );
  }

  @Post('oauth2/revoke')
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const parameters = parametersOf(request);
    const caller = await this.caller(request, parameters);
    await this.oauth.revoke(caller, needed(parameters, 'token'));
    return uncached(reply).send();
  }

  @Get(postRoutes)
  @Header('allow', 'POST')
  get(): never {
    throw new HttpException('', 405);
  }

  @Put(postRoutes)
  @Header('allow', 'POST')
  put(): never {
    throw new HttpException('', 405);
  }

  @Delete(postRoutes)
  @Header('allow', 'POST')
  delete(): never {
    throw new HttpException('', 405);
  }

  @Patch(postRoutes)
  @Header('allow', 'POST')
  patch(): never {
    throw new HttpException('', 405);
  }

  @Get('oauth2/jwks')
  async jwks(@Res() reply: FastifyReply) {
    // Shorter than the time for which a key is published before it signs.
    return reply.header('cache-control', 'public, max-age=300').send(await this.signingKeys.jwks());
  }

  /** RFC 8414; section 5 allows the other address, which many clients know alone. */
  @Get(['.well-known/oauth-authorization-server', '.well-known/openid-configuration'])
  metadata(@Res() reply: FastifyReply) {
    const issuer = this.config.PUBLIC_URL;
    const methods = ['client_secret_basic', 'client_secret_post'];
    return reply.header('cache-control', 'public, max-age=300').send({
      issuer,
      token_endpoint: `${issuer}/oauth2/token`,
      jwks_uri: `${issuer}/oauth2/jwks`,
      introspection_endpoint: `${issuer}/oauth2/introspect`,
      revocation_endpoint: `${issuer}/oauth2/revoke`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: methods,
      introspection_endpoint_auth_methods_supported: methods,
      revocation_endpoint_auth_methods_supported: methods,
    });
  }

  private caller(
    request: FastifyRequest,
    parameters: ReadonlyMap<string, string>,
  ): Promise<Proven> {
    const credentials = clientCredentials(request.headers.authorization, parameters);
    return this.oauth.authenticate(credentials, request.ip);
  }
}

function uncached(reply: FastifyReply): FastifyReply {
  return reply.status(200).header('cache-control', 'no-store').header('pragma', 'no-cache');
}
