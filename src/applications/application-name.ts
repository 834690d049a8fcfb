export type ApplicationKind = 'partner' | 'partner_alternative';

export interface NameParts {
  kind: ApplicationKind;
  country: string;
  slug: string;
  api: string;
}

/**
 * The only place where an application's name is made; it is never taken apart again.
 * A3: `Partner-<CC>-<Organisation>-<API>` or `PartnerAlternative-<CC>-<Organisation>-SMC`.
 * @throws RangeError for an alternative of another API than SMC
 */
export function applicationName({ kind, country, slug, api }: NameParts): string {
  if (kind === 'partner_alternative' && api !== 'SMC') {
    throw new RangeError('a PartnerAlternative application is for SMC');
  }
  const prefix = kind === 'partner' ? 'Partner' : 'PartnerAlternative';
  return `${prefix}-${country}-${slug}-${api}`;
}
