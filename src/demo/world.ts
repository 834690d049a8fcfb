import type { ApplicationKind } from '../applications/application-name.js';
import type { BuiltInRole } from '../applications/role-assignment.entity.js';
import type { DomainWish } from '../domains/domain-values.js';

/**
 * The demo world as data: invented registries with realistic names. It is also the cast of the tests
 * and of the screenshots. Days are relative to the day on which it is made.
 */
export const demoPassword = 'Spring-Linden-Harbour-58';

export interface DemoPerson {
  email: string;
  name: string;
  /** Slug of the organisation; none for operator staff. */
  organisation?: string;
  roles: { role: BuiltInRole; application?: string }[];
  /** Invited and not yet signed in, or gone since. */
  standing?: 'invited' | 'left';
}

export interface DemoSecret {
  application: string;
  name: string;
  by: string;
  /** Days before today on which it was made. */
  age: number;
  /** Days from today to its last day; negative when expired. */
  left: number;
  /** Days before today on which it was last used. */
  usedAgo?: number;
  off?: boolean;
}

export const organisations: {
  country: string;
  name: string;
  slug: string;
  ion: string;
  operator?: boolean;
}[] = [
  { country: 'NL', name: 'Stichting Matchpunt', slug: 'Matchpunt', ion: '0381' },
  { country: 'GB', name: 'The Lane Trust Registry', slug: 'LaneTrust', ion: '0254' },
  { country: 'DE', name: 'Spenderregister Donautal', slug: 'Donautal', ion: '4096' },
  { country: 'ES', name: 'Registro Ibérico de Donantes', slug: 'RID', ion: '0077' },
  // Of those who run the service; its application provisions by the API.
  { country: 'NL', name: 'Keyturn Operations', slug: 'Keyturn', ion: '', operator: true },
];

export const applications: {
  organisation: string;
  kind: ApplicationKind;
  api: string;
  resources: string[];
  /** What it may do with Keyturn's own API. */
  scopes?: string[];
  disabled?: boolean;
}[] = [
  {
    organisation: 'Matchpunt',
    kind: 'partner',
    api: 'SMC',
    resources: [
      'Search & Match production',
      'Search & Match sandbox',
      'Match-Connect production',
      'Match-Connect sandbox',
    ],
    scopes: ['secrets.manage', 'secrets.read'],
  },
  {
    organisation: 'Matchpunt',
    kind: 'partner',
    api: 'DM',
    resources: ['Data Manager production', 'Data Manager sandbox'],
  },
  {
    organisation: 'Matchpunt',
    kind: 'partner_alternative',
    api: 'SMC',
    resources: ['Match-Connect sandbox'],
  },
  {
    organisation: 'LaneTrust',
    kind: 'partner',
    api: 'SMC',
    resources: ['Search & Match production', 'Match-Connect production'],
  },
  { organisation: 'LaneTrust', kind: 'partner', api: 'DM', resources: ['Data Manager sandbox'] },
  {
    organisation: 'Donautal',
    kind: 'partner',
    api: 'SMC',
    resources: ['Search & Match sandbox'],
  },
  {
    organisation: 'Donautal',
    kind: 'partner',
    api: 'DM',
    resources: ['Data Manager production'],
    disabled: true,
  },
  {
    organisation: 'Keyturn',
    kind: 'partner',
    api: 'KT',
    resources: [],
    scopes: [
      'audit.read',
      'provisioning.read',
      'provisioning.write',
      'secrets.manage',
      'secrets.read',
    ],
  },
];

const nlSmc = 'Partner-NL-Matchpunt-SMC';
const nlDm = 'Partner-NL-Matchpunt-DM';
const nlAlternative = 'PartnerAlternative-NL-Matchpunt-SMC';
const gbSmc = 'Partner-GB-LaneTrust-SMC';
const gbDm = 'Partner-GB-LaneTrust-DM';
const deSmc = 'Partner-DE-Donautal-SMC';
export const operatorProgram = 'Partner-NL-Keyturn-KT';

const manages = (...names: string[]): DemoPerson['roles'] =>
  names.map((application) => ({ role: 'credential_manager', application }));

export const people: DemoPerson[] = [
  { email: 'ines@keyturn.example', name: 'Inês Carvalho', roles: [{ role: 'it' }] },
  {
    email: 'olga@matchpunt.example',
    name: 'Olga de Wit',
    organisation: 'Matchpunt',
    roles: [{ role: 'org_admin' }],
  },
  {
    email: 'anna@matchpunt.example',
    name: 'Anna Visser',
    organisation: 'Matchpunt',
    roles: manages(nlSmc, nlDm, nlAlternative),
  },
  {
    email: 'bram@matchpunt.example',
    name: 'Bram Jansen',
    organisation: 'Matchpunt',
    roles: manages(nlSmc),
  },
  {
    email: 'grace@lanetrust.example',
    name: 'Grace Okafor',
    organisation: 'LaneTrust',
    roles: [...manages(gbSmc, gbDm), { role: 'org_admin' }],
  },
  {
    email: 'jonas@donautal.example',
    name: 'Jonas Weiß',
    organisation: 'Donautal',
    roles: manages(deSmc),
  },
  {
    email: 'tomas@keyturn.example',
    name: 'Tomás Lindqvist',
    organisation: 'Keyturn',
    roles: manages(operatorProgram),
  },
  { email: 'lucia@rid.example', name: 'Lucía Moreno', organisation: 'RID', roles: [] },
  {
    email: 'noor@matchpunt.example',
    name: 'Noor Bakker',
    organisation: 'Matchpunt',
    roles: manages(nlDm),
    standing: 'invited',
  },
  {
    email: 'pieter@matchpunt.example',
    name: 'Pieter Smit',
    organisation: 'Matchpunt',
    roles: manages(nlSmc),
    standing: 'left',
  },
];

export const secrets: DemoSecret[] = [
  {
    application: nlSmc,
    name: 'Search gateway, old key',
    by: 'pieter@matchpunt.example',
    age: 340,
    left: 5,
    usedAgo: 0,
  },
  {
    application: nlSmc,
    name: 'Laboratory link',
    by: 'anna@matchpunt.example',
    age: 300,
    left: 36,
    usedAgo: 1,
  },
  {
    application: nlSmc,
    name: 'Night export 2025',
    by: 'pieter@matchpunt.example',
    age: 355,
    left: 9,
    usedAgo: 30,
  },
  {
    application: nlSmc,
    name: 'Night export 2026',
    by: 'bram@matchpunt.example',
    age: 29,
    left: 330,
    usedAgo: 1,
  },
  {
    application: nlSmc,
    name: 'Migration test',
    by: 'bram@matchpunt.example',
    age: 60,
    left: 120,
    off: true,
  },
  {
    application: nlDm,
    name: 'Donor upload',
    by: 'anna@matchpunt.example',
    age: 40,
    left: 320,
    usedAgo: 2,
  },
  {
    application: nlDm,
    name: 'Donor upload, last year',
    by: 'anna@matchpunt.example',
    age: 363,
    left: -2,
    usedAgo: 41,
  },
  {
    application: nlAlternative,
    name: 'Secret by Anna Visser',
    by: 'anna@matchpunt.example',
    age: 20,
    left: 160,
  },
  {
    application: gbSmc,
    name: 'Search server',
    by: 'grace@lanetrust.example',
    age: 346,
    left: 19,
    usedAgo: 0,
  },
  {
    application: deSmc,
    name: 'First steps',
    by: 'jonas@donautal.example',
    age: 3,
    left: 0,
    usedAgo: 3,
  },
  {
    application: operatorProgram,
    name: 'Provisioning script',
    by: 'tomas@keyturn.example',
    age: 20,
    left: 340,
  },
];

export interface DemoDomain extends DomainWish {
  application: string;
  by: string;
  callbacks: string[];
}

export const domains: DemoDomain[] = [
  {
    application: nlDm,
    by: 'anna@matchpunt.example',
    host: 'donors.matchpunt.example',
    name: 'Donor portal',
    environment: 'live',
    allowLogin: true,
    isPrimary: true,
    serverIps: ['192.0.2.0/24', '2001:db8:12::/48'],
    fallbackUri: 'https://donors.matchpunt.example/sign-in-failed',
    callbacks: ['https://donors.matchpunt.example/signed-in'],
  },
  {
    application: nlDm,
    by: 'anna@matchpunt.example',
    host: 'test.donors.matchpunt.example',
    name: 'Donor portal, test',
    environment: 'test',
    allowLogin: true,
    callbacks: [
      'https://test.donors.matchpunt.example/signed-in',
      'http://localhost:3000/signed-in',
    ],
  },
];
