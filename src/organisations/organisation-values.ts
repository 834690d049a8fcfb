import { t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';
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
  refuse({
    name: problemOfName(name),
    country: problemOfCountry(country),
    slug: isSlug(slug)
      ? undefined
      : () => t`A short name has 2 to 40 letters and digits, without spaces or accents.`,
    ion:
      !ion || isIon(ion)
        ? undefined
        : () => t`An ION has four digits, such as 0042. Or leave it empty.`,
  });
  return { country, name: cleanName(name), slug, ion: ion || null };
}

function problemOfCountry(country: string): Words | undefined {
  if (isCountryCode(country)) return undefined;
  return country
    ? () => t`Choose a country: two capitals of ISO 3166-1, such as NL or GB.`
    : () => t`Choose a country.`;
}
