import { Module } from '@nestjs/common';
import { UsageController } from './usage.controller.js';

/** The page of usage. Left out where `DOMAINS` is off. */
@Module({ controllers: [UsageController] })
export class UsagePagesModule {}
