import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Application } from '../applications/application.entity.js';
import { Domain, type DomainEnvironment } from '../domains/domain.entity.js';

/** Calls by header authentication on one UTC day. A domain may change its environment, so it is told here, too. */
@Entity('usage_counts')
@Check('usage_counts_environment_check', `environment in ('live', 'test')`)
@Check('usage_counts_route_check', 'char_length(route) between 1 and 50')
@Check('usage_counts_count_check', 'count > 0')
export class UsageCount {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'usage_counts_pkey' })
  @ForeignKey(() => Application, { name: 'usage_counts_application_fkey' })
  applicationId: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'usage_counts_pkey' })
  day: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'usage_counts_pkey' })
  @ForeignKey(() => Domain, { name: 'usage_counts_domain_fkey' })
  domainId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'usage_counts_pkey' })
  environment: DomainEnvironment;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'usage_counts_pkey' })
  route: string;

  @Column('bigint')
  count: string;
}
