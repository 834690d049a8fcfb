import { Module } from '@nestjs/common';
import { AuthorizationCodeModule } from '../authorization-code/authorization-code.module.js';
import { UserinfoController } from './userinfo.controller.js';

/** Left out where `DOMAINS` is off: its address is unknown then. */
@Module({ imports: [AuthorizationCodeModule], controllers: [UserinfoController] })
export class UserinfoModule {}
