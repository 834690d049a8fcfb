import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/oauth.module.js';
import { OAuthController } from './oauth.controller.js';
import { RestModule } from './v1/rest.module.js';

/** Door 3: routes for programs. */
@Module({ imports: [OAuthModule, RestModule], controllers: [OAuthController] })
export class ApiModule {}
