import { type ApplicationKind, applicationName } from '../applications/application-name.js';
import { t } from '../platform/language/speaking.js';
import type { Field } from '../platform/web/form.js';
import type { ApplicationNewRow } from './applications.query.js';
import type { ApplicationForm } from './forms.js';
import { organisationHref } from './hrefs.js';
import type { ApplicationNewPage } from './models.js';

export function applicationNewPage(
  row: ApplicationNewRow,
  { kind, apiCode }: Record<keyof ApplicationForm, Field>,
): ApplicationNewPage {
  return {
    organisation: { label: row.name, href: organisationHref(row.id) },
    kind,
    apiCode,
    apis: [
      { value: '', label: t`Choose an API` },
      ...row.apis.map(({ code, name }) => ({ value: code, label: `${name} (${code})` })),
    ],
    names: combinations(row).map(({ kind, api }) => {
      const { country, slug } = row;
      const name = applicationName({ kind, country, slug, api: api.code });
      return { name, what: whatItIs(kind, api.name), taken: row.taken.includes(name) };
    }),
  };
}

interface Combination {
  kind: ApplicationKind;
  api: { code: string; name: string };
}

/** Every API as Partner; as PartnerAlternative only SMC (A7). */
function combinations({ apis }: ApplicationNewRow): Combination[] {
  const smc = apis.filter(({ code }) => code === 'SMC');
  return [
    ...apis.map((api): Combination => ({ kind: 'partner', api })),
    ...smc.map((api): Combination => ({ kind: 'partner_alternative', api })),
  ];
}

function whatItIs(kind: ApplicationKind, api: string): string {
  return kind === 'partner' ? api : t`Dummy for testing Match-Connect against itself`;
}
