import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, violated } from '../platform/database/tx.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';
import { isCountryCode } from './country.js';
import { Organisation } from './organisation.entity.js';
import { isIon, isSlug } from './slug.js';

export interface OrganisationWish {
  country: string;
  name: string;
  slug: string;
  /** Four digits, or empty. */
  ion: string;
}

@Injectable()
export class Organisations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** @throws Invalid */
  async create(actor: Actor, wish: OrganisationWish): Promise<Organisation> {
    const organisation = this.checked(wish);
    try {
      return await inTransaction(this.dataSource, async (tx) => {
        await tx.insert(Organisation, organisation);
        await this.audit.record(tx, actor, {
          action: 'organisation.create',
          subject: { kind: 'organisation', id: organisation.id, name: organisation.name },
          organisationId: organisation.id,
        });
        return organisation;
      });
    } catch (error) {
      if (violated(error, 'organisations_slug_key')) {
        throw new Invalid({ slug: 'Another organisation of this country has this short name.' });
      }
      if (violated(error, 'organisations_ion_key')) {
        throw new Invalid({ ion: 'Another organisation has this ION.' });
      }
      throw error;
    }
  }

  private checked({ country, name, slug, ion }: OrganisationWish): Organisation {
    const fields: Record<string, string> = {};
    const nameProblem = problemOfName(name);
    if (nameProblem) fields.name = nameProblem;
    if (!isCountryCode(country)) {
      fields.country = 'Choose a country: two capitals of ISO 3166-1, such as NL or GB.';
    }
    if (!isSlug(slug)) {
      fields.slug = 'A short name has 2 to 40 letters and digits, without spaces or accents.';
    }
    if (ion && !isIon(ion)) fields.ion = 'An ION has four digits, such as 0042. Or leave it empty.';
    if (Object.keys(fields).length > 0) throw new Invalid(fields);
    return {
      id: randomUUID(),
      country,
      name: cleanName(name),
      slug,
      ion: ion || null,
      createdAt: this.clock.now(),
    };
  }
}
