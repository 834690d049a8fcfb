import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';
import { isCountryCode } from './country.js';
import { isIon, isSlug } from './slug.js';

export interface OrganisationValues {
  country: string;
  name: string;
  slug: string;
  /** Four digits, or empty. */
  ion: string;
}

/** @throws Invalid with all problems at once */
export function checkedOrganisation({ country, name, slug, ion }: OrganisationValues) {
  const problems: Record<string, string> = {};
  const nameProblem = problemOfName(name);
  if (nameProblem) problems.name = nameProblem;
  if (!isCountryCode(country)) {
    problems.country = country
      ? 'Choose a country: two capitals of ISO 3166-1, such as NL or GB.'
      : 'Choose a country.';
  }
  if (!isSlug(slug)) {
    problems.slug = 'A short name has 2 to 40 letters and digits, without spaces or accents.';
  }
  if (ion && !isIon(ion)) problems.ion = 'An ION has four digits, such as 0042. Or leave it empty.';
  if (Object.keys(problems).length > 0) throw new Invalid(problems);
  return { country, name: cleanName(name), slug, ion: ion || null };
}
