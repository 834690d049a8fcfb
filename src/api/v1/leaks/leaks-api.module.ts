import { Module } from '@nestjs/common';
import { LeaksModule } from '../../../leaks/leaks.module.js';
import { LeaksController } from './leaks.controller.js';

/** Left out where nobody may report leaks: the address is unknown then. */
@Module({ imports: [LeaksModule], controllers: [LeaksController] })
export class LeaksApiModule {}
