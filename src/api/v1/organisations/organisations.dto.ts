import { Flag, Instant, Text, Uuid } from '../contract/fields.js';
import { ListQuery } from '../kernel/list.js';

const country = { max: 2, about: 'Two capitals of ISO 3166-1.', example: 'NL' };
const slug = {
  max: 40,
  about: '2 to 40 letters and digits. It goes into the names of applications made from then on.',
  example: 'Matchpunt',
};
const ion = { max: 4, about: 'Four digits, with leading zeros.', example: '0042' };

export class NewOrganisation {
  @Text(country)
  country: string;

  @Text({ max: 400 })
  name: string;

  @Text(slug)
  slug: string;

  @Text({ ...ion, optional: true, nullable: true })
  ion?: string | null;
}

export class OrganisationChange {
  @Text({ ...country, optional: true })
  country?: string;

  @Text({ max: 400, optional: true })
  name?: string;

  @Text({ ...slug, optional: true })
  slug?: string;

  @Text({ ...ion, optional: true, nullable: true })
  ion?: string | null;
}

export class OrganisationQuery extends ListQuery {
  @Text({ max: 2, optional: true })
  country?: string;

  @Text({ max: 40, optional: true, about: 'Case does not count.' })
  slug?: string;

  @Text({ max: 4, optional: true })
  ion?: string;
}

export class OrganisationAnswer {
  @Uuid()
  id: string;

  @Text()
  country: string;

  @Text()
  name: string;

  @Text()
  slug: string;

  @Text({ nullable: true })
  ion: string | null;

  @Flag({ about: 'Of those who run the service: its applications may be given provisioning.' })
  operator: boolean;

  @Instant()
  createdAt: string;
}
