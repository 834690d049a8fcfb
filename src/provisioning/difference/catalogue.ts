import { randomUUID } from 'node:crypto';
import { t } from '../../platform/language/speaking.js';
import type { ResourceState } from '../state.query.js';
import type { WantedApi, WantedResource } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison } from './comparison.js';
import { isApi } from './references.js';

/* APIs and resources (A5, A6). They belong to no organisation. */

export function compareApi(comparison: Comparison, { at, code, name }: WantedApi): void {
  if (comparison.isTwice('api', code, at)) return;
  comparison.apis.add(code);
  const existing = comparison.state.apis.get(code);
  if (!existing) {
    comparison.work.newApis.push({ code, name });
    return comparison.enter('create', 'api', code, at, { name });
  }
  if (comparison.enterExisting('api', code, at, changesOf(existing, { name })))
    comparison.work.renamedApis.push({ code, name });
}

export function compareResource(comparison: Comparison, wanted: WantedResource): void {
  const { at, scope, audience, name, environment } = wanted;
  if (comparison.isTwice('resource', scope, at)) return;
  if (comparison.isTwice('audience', audience.text, audience.at)) return;
  if (comparison.isTwice('name', `${name} (${environment.text})`, at)) return;
  const existing = comparison.state.resources.get(scope);
  if (!isApi(comparison, wanted.api)) return;
  const isGood = existing ? staysItself(comparison, wanted, existing) : isFree(comparison, wanted);
  if (!isGood) return;
  if (existing) enterExisting(comparison, wanted, existing);
  else enterNew(comparison, wanted);
}

function enterNew(comparison: Comparison, wanted: WantedResource): void {
  const { at, api, name, scope } = wanted;
  const [environment, audience] = [wanted.environment.text, wanted.audience.text];
  const { minutes = 60, format = 'jwt' } = wanted;
  const values = { api: api.text, name, environment, audience };
  const id = randomUUID();
  const made = { id, apiCode: api.text, name, environment, audience, scope };
  comparison.resources.set(scope, { ...unused, ...made, minutes, format });
  comparison.work.newResources.push({ ...made, minutes: String(minutes), format });
  const tokens = tokensOf({ minutes, format });
  comparison.enter('create', 'resource', scope, at, { ...values, ...tokens });
}

const unused = {
  openToAlternative: false,
  own: false,
  scopes: [],
  operatorScopes: [],
  granted: 0,
  secrets: 0,
};

function enterExisting(
  comparison: Comparison,
  { at, name, minutes, format }: WantedResource,
  existing: ResourceState,
): void {
  const after = { minutes: minutes ?? existing.minutes, format: format ?? existing.format };
  comparison.resources.set(existing.scope, existing);
  const changes = changesOf(
    { name: existing.name, ...tokensOf(existing) },
    { name, ...tokensOf(after) },
  );
  if (comparison.enterExisting('resource', existing.scope, at, changes))
    comparison.work.changedResources.push({
      id: existing.id,
      name,
      minutes: String(after.minutes),
      format: after.format,
    });
}

function tokensOf({ minutes, format }: Pick<ResourceState, 'minutes' | 'format'>) {
  return { token_minutes: String(minutes), token_format: format };
}

/** Tokens, programs and other files name it by these. */
function staysItself(
  comparison: Comparison,
  wanted: WantedResource,
  existing: ResourceState,
): boolean {
  if (existing.own) {
    comparison.complain(
      wanted.at,
      t`This resource is Keyturn itself. A file does not describe it.`,
    );
    return false;
  }
  const fields = [
    [wanted.api, existing.apiCode, apiStays],
    [wanted.environment, existing.environment, environmentStays],
    [wanted.audience, existing.audience, audienceStays],
  ] as const;
  const changed = fields.filter(([{ text }, was]) => text !== was);
  for (const [{ at }, was, stays] of changed) comparison.complain(at, stays(existing.scope, was));
  return changed.length === 0 && hasFreeName(comparison, wanted);
}

function apiStays(scope: string, was: string): string {
  return t`The API of a resource never changes. That of "${scope}" is ${was}.`;
}

function environmentStays(scope: string, was: string): string {
  return t`The environment of a resource never changes. That of "${scope}" is ${was}.`;
}

function audienceStays(scope: string, was: string): string {
  return t`The audience of a resource never changes. That of "${scope}" is ${was}.`;
}

function isFree(comparison: Comparison, wanted: WantedResource): boolean {
  const others = [...comparison.state.resources.values()];
  const { scope, audience, at } = wanted;
  if (others.some((each) => each.scopes.includes(scope))) {
    comparison.complain(at, t`Another resource has the scope "${scope}".`);
    return false;
  }
  const holder = others.find((each) => each.audience === audience.text);
  const own = others.find((each) => each.own);
  if (holder ?? (own && isWithin(audience.text, own.audience))) {
    const whose = holder
      ? t`"${holder.scope}" has this audience.`
      : t`This address is Keyturn’s own.`;
    comparison.complain(audience.at, whose);
    return false;
  }
  return hasFreeName(comparison, wanted);
}

/** One that another gives up in the same file is not free yet. */
function hasFreeName(comparison: Comparison, wanted: WantedResource): boolean {
  const { name, environment, scope, at } = wanted;
  const holder = [...comparison.state.resources.values()].find(
    (each) => each.name === name && each.environment === environment.text && each.scope !== scope,
  );
  if (holder) comparison.complain(at, t`"${holder.scope}" has this name in this environment.`);
  return !holder;
}

function isWithin(audience: string, own: string): boolean {
  return URL.canParse(audience) && new URL(audience).origin === new URL(own).origin;
}
