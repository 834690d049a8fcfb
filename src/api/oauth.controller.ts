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
import { kindOf } from '../authorization-code/code-tokens.js';
import { CodeTokens } from '../authorization-code/code-tokens.service.js';
import { clientCredentials } from '../oauth/client-credentials.js';
import { needed, OAuth } from '../oauth/oauth.service.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import { Config } from '../platform/config/config.js';
import type { FormPost } from '../platform/web/direct.js';
import { uncached } from '../platform/web/machine-errors.js';
import { codeMetadata } from './code-metadata.js';
import { OAuthEndpoints } from './oauth-endpoints.service.js';
import { formIn, parametersIn } from './parameters.js';

const postRoutes = ['oauth2/token', 'oauth2/introspect', 'oauth2/revoke'];

/** The authorisation server (RFC 6749, 7009, 7662, 8414, 8707, 9068; T1–T6), but for its pages. */
@Machine()
@Controller()
export class OAuthController {
  constructor(
    private readonly endpoints: OAuthEndpoints,
    private readonly oauth: OAuth,
    private readonly signingKeys: SigningKeys,
    private readonly codeTokens: CodeTokens,
    private readonly config: Config,
  ) {}

  @Post('oauth2/token')
  async token(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { body, headers } = await this.endpoints.token(postOf(request));
    return reply
      .status(200)
      .headers({ ...headers, ...uncached })
      .send(body);
  }

  @Post('oauth2/introspect')
  async introspect(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { body } = await this.endpoints.introspect(postOf(request));
    return reply.status(200).headers(uncached).send(body);
  }

  @Post('oauth2/revoke')
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { form, authorization, address } = postOf(request);
    const parameters = parametersIn(form);
    const credentials = clientCredentials(authorization, parameters);
    const caller = await this.oauth.authenticate(credentials, address);
    const token = needed(parameters, 'token');
    if (kindOf(token)) await this.codeTokens.revoke(caller.clientId, token);
    else await this.oauth.revoke(caller, token);
    return reply.status(200).headers(uncached).send();
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
      ...(this.config.DOMAINS === 'on' && codeMetadata(issuer)),
    });
  }
}

/** @throws OAuthRefusal for what is not a form */
function postOf(request: FastifyRequest): FormPost {
  const { authorization } = request.headers;
  return { form: formIn(request), authorization, address: request.ip };
}
