import { describe, expect, test } from '@jest/globals';
import { type CallManner, type NamedDomain, reasonAgainstCall } from './header-rule.js';

const good: NamedDomain = {
  ...{ linked: true, active: true, allowLogin: true, allowApi: true },
  ...{ serverIps: ['192.0.2.0/24'], environment: 'live' },
};
const call: CallManner = { kind: 'login', address: '192.0.2.7', secure: true };

/** Each fault by itself, in the order of the checks. */
const faults: [string, Partial<NamedDomain> | null, boolean, Partial<CallManner>][] = [
  ['domain_unknown', null, false, {}],
  ['application_disabled', {}, true, {}],
  ['secret_not_linked', { linked: false }, false, {}],
  ['domain_inactive', { active: false }, false, {}],
  ['login_not_allowed', { allowLogin: false }, false, {}],
  ['ip_not_allowed', {}, false, { address: '198.51.100.1' }],
  ['https_required', {}, false, { secure: false }],
];

describe('checks 4 to 10', () => {
  test('let a good call through', () => {
    expect(reasonAgainstCall({ domain: good, disabled: false }, call)).toBeUndefined();
  });

  test.each(faults)('%s', (reason, domain, disabled, manner) => {
    const named = domain && { ...good, ...domain };
    expect(reasonAgainstCall({ domain: named, disabled }, { ...call, ...manner })).toBe(reason);
  });

  test.each(faults.map(([reason], at) => [reason, at] as const))(
    '%s is said before all that follow it',
    (reason, at) => {
      const rest = faults.slice(at);
      const named = rest.reduce<NamedDomain | null>(
        (domain, [, change]) => (domain && change ? { ...domain, ...change } : null),
        good,
      );
      const manner = rest.reduce<CallManner>((before, each) => ({ ...before, ...each[3] }), call);
      const disabled = rest.some(([, , each]) => each);
      expect(reasonAgainstCall({ domain: named, disabled }, manner)).toBe(reason);
    },
  );

  test.each([
    ['api', { allowLogin: false }, {}, undefined],
    ['api', { allowApi: false }, {}, 'api_not_allowed'],
    ['login', { allowApi: false }, {}, undefined],
    ['login', { serverIps: [] }, { address: '198.51.100.1' }, undefined],
    ['login', {}, { redirectUrl: 'http://a.example/' }, 'https_required'],
    ['login', {}, { redirectUrl: 'HTTP://a.example/' }, 'https_required'],
    ['login', {}, { redirectUrl: 'https://a.example/' }, undefined],
    ['login', {}, { redirectUrl: 7 }, undefined],
    ['login', { environment: 'test' }, { secure: false, redirectUrl: 'http://a/' }, undefined],
  ] as const)('%s on %j with %j: %s', (kind, domain, manner, reason) => {
    const named = { ...good, ...domain } as NamedDomain;
    expect(
      reasonAgainstCall({ domain: named, disabled: false }, { ...call, kind, ...manner }),
    ).toBe(reason);
  });
});
