import { Module } from '@nestjs/common';
import { AuthorizationCodeModule } from '../authorization-code/authorization-code.module.js';
import { HealthModule } from '../platform/health/health.module.js';
import { OAuthModule } from '../oauth/oauth.module.js';
import { RemindersModule } from '../reminders/reminders.module.js';
import { CalendarController } from './calendar.controller.js';
import { HealthController } from './health.controller.js';
import { OAuthController } from './oauth.controller.js';
import { OAuthEndpoints } from './oauth-endpoints.service.js';
import { Metrics } from './metrics.js';
import { MetricsController } from './metrics.controller.js';
import { RestModule } from './v1/rest.module.js';

/** Door 3: routes for programs. */
@Module({
  imports: [HealthModule, OAuthModule, AuthorizationCodeModule, RestModule, RemindersModule],
  controllers: [OAuthController, HealthController, CalendarController, MetricsController],
  providers: [OAuthEndpoints, Metrics],
})
export class ApiModule {}
