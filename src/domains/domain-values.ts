import { listed, t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';
import type { DomainEnvironment, DomainUrl } from './domain.entity.js';
import { isLocalHost, normalHost } from './normal-host.js';
import { normalNetwork } from './server-ips.js';
import { problemOfUrl } from './web-address.js';

/** What can be changed about a domain. */
export interface DomainValues {
  name: string;
  environment: DomainEnvironment;
  allowLogin: boolean;
  allowApi: boolean;
  active: boolean;
  /** Of the domains of an application one is, or none. */
  isPrimary: boolean;
  serverIps: string[];
  fallbackUri: string | null;
}

/** As it was typed, or as a file or a program has it; what is absent gets its usual value. */
export type DomainWish = Partial<Omit<DomainValues, 'environment'>> & {
  host: string;
  name: string;
  environment: string;
};

/** As above; what is absent stays. */
export type DomainChange = Partial<Omit<DomainValues, 'environment'> & { environment: string }>;

const usual = {
  allowLogin: false,
  allowApi: true,
  active: true,
  isPrimary: false,
  serverIps: [] as string[],
  fallbackUri: null,
};

export const mostServerIps = 50;

/** @throws Invalid with all problems at once */
export function checkedDomain({ host, ...wish }: DomainWish): DomainValues & { host: string } {
  const normal = normalHost(host);
  const values = { ...usual, ...wish };
  refuse({
    host: normal ? undefined : () => t`Type a host name, such as www.example.org.`,
    ...problemsOf(values, normal ?? ''),
  });
  return { host: normal!, ...clean(values) };
}

/**
 * The values after a change.
 * @param urls the domain's own, which must fit the environment it comes to
 * @throws Invalid with all problems at once
 */
export function changedDomain(
  before: DomainValues & { host: string },
  change: DomainChange,
  urls: readonly Pick<DomainUrl, 'url' | 'kind'>[],
): DomainValues {
  const { name, environment, allowLogin, allowApi, active, isPrimary, serverIps, fallbackUri } = {
    ...before,
    ...withoutAbsent(change),
  };
  const values = {
    ...{ name, environment, allowLogin, allowApi, active, isPrimary, serverIps, fallbackUri },
  };
  const problems = problemsOf(values, before.host);
  refuse({ ...problems, environment: problems.environment ?? problemOfUrls(values, urls) });
  return clean(values);
}

type Typed = Omit<DomainValues, 'environment'> & { environment: string };

function problemsOf(values: Typed, host: string): Record<string, Words | undefined> {
  const { name, environment, serverIps, fallbackUri } = values;
  const known = isEnvironment(environment);
  return {
    name: problemOfName(name),
    environment: known ? problemOfPlace(environment, host) : () => t`Choose live or test.`,
    serverIps: problemOfServerIps(serverIps),
    fallbackUri:
      fallbackUri?.trim() && known
        ? problemOfUrl(fallbackUri.trim(), 'fallback', environment)
        : undefined,
  };
}

function problemOfPlace(environment: DomainEnvironment, host: string): Words | undefined {
  return environment === 'live' && isLocalHost(host)
    ? () => t`localhost can be a test domain only.`
    : undefined;
}

function problemOfServerIps(entries: string[]): Words | undefined {
  const most = mostServerIps;
  if (entries.length > most) return () => t`A domain has ${most} addresses of servers at most.`;
  const bad = entries.filter((entry) => !normalNetwork(entry)).map((entry) => entry.slice(0, 60));
  return bad.length > 0
    ? () =>
        t`Not an address or network, such as 192.0.2.1 or 2001:db8::/32: ${listed(bad.slice(0, 5))}`
    : undefined;
}

function problemOfUrls(
  { environment }: Typed,
  urls: readonly Pick<DomainUrl, 'url' | 'kind'>[],
): Words | undefined {
  // Where messages may be sent to does not depend on it.
  const bad = urls.find(
    ({ url, kind }) =>
      kind === 'callback' && problemOfUrl(url, kind, environment as DomainEnvironment),
  );
  return bad && (() => t`An address of this domain does not fit: ${bad.url}`);
}

function clean(values: Typed): DomainValues {
  return {
    ...values,
    environment: values.environment as DomainEnvironment,
    name: cleanName(values.name),
    serverIps: [...new Set(values.serverIps.map((entry) => normalNetwork(entry)!))],
    fallbackUri: values.fallbackUri?.trim() || null,
  };
}

function isEnvironment(text: string): text is DomainEnvironment {
  return text === 'live' || text === 'test';
}

function withoutAbsent<T extends object>(change: T): T {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T;
}
