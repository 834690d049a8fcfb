import { Module } from '@nestjs/common';
import { CallLimit } from './call-limit.service.js';
import { Usage } from './usage.service.js';

@Module({ providers: [Usage, CallLimit], exports: [Usage, CallLimit] })
export class UsageModule {}
