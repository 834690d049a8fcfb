import { Module } from '@nestjs/common';
import { OAuthModule } from '../oauth/oauth.module.js';
import { OAuthController } from './oauth.controller.js';
import { SelfController } from './self.controller.js';

/** Door 3: routes for programs. */
@Module({ imports: [OAuthModule], controllers: [OAuthController, SelfController] })
export class ApiModule {}
