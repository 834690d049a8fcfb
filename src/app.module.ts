import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { UserinfoModule } from './api/userinfo.module.js';
import { HeaderApiModule } from './api/header/header-api.module.js';
import { ApiModule } from './api/api.module.js';
import { LeaksApiModule } from './api/v1/leaks/leaks-api.module.js';
import { AdminVerificationsModule } from './admin/verifications.module.js';
import { AdminModule } from './admin/admin.module.js';
import { AuthenticationModule } from './authentication/authentication.module.js';
import { DemoModule } from './demo/demo.module.js';
import { AuditAnchorsJob } from './audit/audit-anchors.job.js';
import { AuditModule } from './audit/audit.module.js';
import { CodeTokensJob } from './authorization-code/code-tokens.job.js';
import { DomainsModule } from './domains/domains.module.js';
import { HealthModule } from './platform/health/health.module.js';
import { RewrapJob } from './platform/keys/rewrap.job.js';
import { MailJob } from './platform/mail/mail.job.js';
import { type Platform, PlatformModule, WebModule } from './platform/platform.module.js';
import { OAuthModule } from './oauth/oauth.module.js';
import { OwnAudienceJob } from './oauth/own-audience.job.js';
import { SigningKeysJob } from './oauth/signing-keys.job.js';
import { PortalAuthorizeModule } from './portal/authorize.module.js';
import { PortalDomainsModule } from './portal/domains.module.js';
import { PortalSignInsModule } from './portal/sign-ins.module.js';
import { PortalModule } from './portal/portal.module.js';
import { PortalWebhooksModule } from './portal/webhooks.module.js';
import { UsagePagesModule } from './portal/usage-pages.module.js';
import { RestDomainsModule } from './api/v1/rest-domains.module.js';
import { RemindersJob } from './reminders/reminders.job.js';
import { WatchJob } from './reminders/watch.job.js';
import { RemindersModule } from './reminders/reminders.module.js';
import { MailModule } from './platform/mail/mail.module.js';
import { LoginRequestsJob } from './sign-token/login-requests.job.js';
import { AuthorizationCodeModule } from './authorization-code/authorization-code.module.js';
import { SignTokenModule } from './sign-token/sign-token.module.js';
import { WebhooksJob } from './webhooks/webhooks.job.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** What the setting `DOMAINS` switches on: routes and pages in modules of their own. */
const withDomains = [
  HeaderApiModule,
  WebhooksModule,
  PortalDomainsModule,
  PortalWebhooksModule,
  PortalSignInsModule,
  AdminVerificationsModule,
  UsagePagesModule,
  RestDomainsModule,
  PortalAuthorizeModule,
  UserinfoModule,
];

/** The server: features, doors and jobs. */
@Module({})
export class AppModule {
  static with(platform: Platform): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.with(platform),
        WebModule.withErrors(),
        ScheduleModule.forRoot(),
        ...(platform.config.takesLeakReports ? [LeaksApiModule] : []),
        HealthModule,
        MailModule,
        AuditModule,
        AuthenticationModule,
        RemindersModule,
        PortalModule,
        AdminModule,
        ApiModule,
        OAuthModule,
        DomainsModule,
        SignTokenModule,
        AuthorizationCodeModule,
        ...(platform.config.DOMAINS === 'on' ? withDomains : []),
        ...(platform.config.demo ? [DemoModule] : []),
      ],
      providers: [
        MailJob,
        RemindersJob,
        WatchJob,
        SigningKeysJob,
        AuditAnchorsJob,
        OwnAudienceJob,
        RewrapJob,
        ...(platform.config.DOMAINS === 'on' ? [LoginRequestsJob, CodeTokensJob, WebhooksJob] : []),
      ],
    };
  }
}
