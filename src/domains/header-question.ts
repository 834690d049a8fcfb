import type { Question } from '../secrets/credential-lookup.js';
import type { DomainEnvironment } from './domain.entity.js';
import type { NamedDomain } from './header-rule.js';

/** What the statement that proves the secret says about the application and the domain. */
export interface HeaderAnswer<More = unknown> {
  applicationId: string;
  organisationId: string;
  domain:
    | (NamedDomain & {
        id: string;
        host: string;
        environment: DomainEnvironment;
        /** What the route wants to know besides. */
        more: More;
      })
    | null;
}

/** What a route wants to know besides, in the same statement. */
export interface More {
  /** An SQL expression about the secret `s`, the application `a` and its domain `d`; see `Question`. */
  sql: string;
  columns?: Record<string, string>;
}

/**
 * One question for all that the header check needs to know: no second way to the database.
 * @param name unique among questions
 */
export function headerQuestion(name: string, more: More = { sql: 'null' }): Question {
  return {
    name: `header, ${name}`,
    columns: { host: 'text', domain: 'uuid', ...more.columns },
    sql: `json_build_object('applicationId', a.id, 'organisationId', a.organisation_id, 'domain',
      (select json_build_object('id', d.id, 'host', d.host, 'environment', d.environment,
          'active', d.active, 'allowLogin', d.allow_login, 'allowApi', d.allow_api,
          'serverIps', d.server_ips, 'linked', exists (select from secret_domains l
            where l.secret_id = s.id and l.domain_id = d.id), 'more', ${more.sql})
        from domains d where d.application_id = a.id and d.deleted_at is null
          and (d.host = q.host or d.id = q.domain)))`,
  };
}
