import { Module } from '@nestjs/common';
import { AuthorizationCodeModule } from '../authorization-code/authorization-code.module.js';
import { AuthorizeController } from './authorize.controller.js';

/** Left out where `DOMAINS` is off: its address is unknown then. */
@Module({ imports: [AuthorizationCodeModule], controllers: [AuthorizeController] })
export class PortalAuthorizeModule {}
