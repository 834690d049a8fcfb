import type { DomainValues } from '../../domains/domain-values.js';
import { mostDomains, mostUrls } from '../../domains/domains.service.js';
import { problemOfUrl } from '../../domains/web-address.js';
import { t } from '../../platform/language/speaking.js';
import type { DomainWork } from '../plan.js';
import { domainKey, type DomainState } from '../state.query.js';
import type { WantedCallback, WantedDomain } from '../wanted.js';
import { changesOf, type Values } from './changes.js';
import type { Comparison } from './comparison.js';
import { applicationOf } from './references.js';

/** Compares domains. It counts those that each application will have. */
export function domainComparer(comparison: Comparison): (wanted: WantedDomain) => void {
  const counts = new Map<string, number>();
  for (const { application } of comparison.state.domains.values()) {
    counts.set(application, (counts.get(application) ?? 0) + 1);
  }
  return (wanted) => compareDomain(comparison, wanted, counts);
}

function compareDomain(
  comparison: Comparison,
  wanted: WantedDomain,
  counts: Map<string, number>,
): void {
  const { state, settings, domains, work } = comparison;
  const { at, host, values } = wanted;
  if (!settings.domains) return comparison.complain(at, switchedOff());
  const application = applicationOf(comparison, wanted.application)?.name;
  if (!application) return;
  const label = domainLabel(application, host);
  const key = domainKey(application, host);
  if (comparison.isTwice('domain', label, at)) return;
  if (values.isPrimary && comparison.isTwice('primary', application, at)) return;
  domains.add(key);
  const existing = state.domains.get(key);
  const task = workOf(application, wanted, existing, settings.prune);
  const problem = problemOf(task, existing, counts);
  if (problem) return comparison.complain(at, problem);
  const after = { ...shown(values), ...callbacksAfter(task, existing) };
  if (!existing) comparison.enter('create', 'domain', label, at, after);
  else {
    const before = { ...shown(existing), ...callbacksShown(callbacksOf(existing)) };
    if (!comparison.enterExisting('domain', label, at, changesOf(before, after))) return;
  }
  work.domains.push(task);
}

/** Callbacks that the file does not name stay, unless it is applied with `--prune`. */
function workOf(
  application: string,
  { host, values, callbacks }: WantedDomain,
  existing: DomainState | undefined,
  prune: boolean,
): DomainWork {
  const there = callbacksOf(existing);
  const named = new Set(callbacks?.map(({ url }) => url));
  const before = new Map(there.map((each) => [each.url, each]));
  return {
    ...{ application, host, values },
    place: existing && { applicationId: existing.applicationId, domainId: existing.id },
    removedUrls:
      prune && callbacks ? there.filter(({ url }) => !named.has(url)).map(({ id }) => id) : [],
    newUrls: (callbacks ?? []).filter(({ url }) => !before.has(url)),
    switchedUrls: (callbacks ?? []).flatMap(({ url, active }) => {
      const present = before.get(url);
      return present && present.active !== active ? [{ id: present.id, active }] : [];
    }),
  };
}

/** What the domain would refuse when it is written. */
function problemOf(
  { application, values, removedUrls, newUrls }: DomainWork,
  existing: DomainState | undefined,
  counts: Map<string, number>,
): string | undefined {
  const staying = (existing?.urls ?? []).filter(({ id }) => !removedUrls.includes(id));
  const bad = staying.find(({ url, kind }) => problemOfUrl(url, kind, values.environment));
  if (bad) return t`An address of this domain does not fit: ${bad.url}`;
  const callbacks = staying.filter(({ kind }) => kind === 'callback').length + newUrls.length;
  if (callbacks > mostUrls) {
    const most = mostUrls;
    return t`A domain has ${most} addresses of a kind at most.`;
  }
  const count = (counts.get(application) ?? 0) + (existing ? 0 : 1);
  counts.set(application, count);
  const most = mostDomains;
  return count > most ? t`An application has ${most} domains at most.` : undefined;
}

function callbacksAfter(
  { removedUrls, newUrls, switchedUrls }: DomainWork,
  existing: DomainState | undefined,
): Values {
  const staying = callbacksOf(existing).filter(({ id }) => !removedUrls.includes(id));
  const switched = new Map(switchedUrls.map(({ id, active }) => [id, active]));
  return callbacksShown([
    ...staying.map(({ id, url, active }) => ({ url, active: switched.get(id) ?? active })),
    ...newUrls,
  ]);
}

function callbacksShown(callbacks: WantedCallback[]): Values {
  const listed = (wanted: boolean) =>
    callbacks
      .filter(({ active }) => active === wanted)
      .map(({ url }) => url)
      .sort()
      .join(' ');
  return { callbacks: listed(true), callbacks_off: listed(false) };
}

function callbacksOf(domain: DomainState | undefined): DomainState['urls'] {
  return (domain?.urls ?? []).filter(({ kind }) => kind === 'callback');
}

/** As the file writes them. */
function shown(values: DomainValues): Values {
  const flag = (value: boolean) => (value ? 'yes' : 'no');
  return {
    name: values.name,
    environment: values.environment,
    active: flag(values.active),
    sign_in: flag(values.allowLogin),
    calls: flag(values.allowApi),
    primary: flag(values.isPrimary),
    servers: values.serverIps.join(' '),
    fallback: values.fallbackUri,
  };
}

export const domainLabel = (application: string, host: string) => `${host} of ${application}`;

const switchedOff = () =>
  t`Domains are switched off here (DOMAINS=off), so a file cannot have any.`;
