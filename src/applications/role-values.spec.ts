import { describe, expect, test } from '@jest/globals';
import { Invalid } from '../platform/refusals.js';
import type { UtcDay } from '../platform/utc-day.js';
import { checkedNewRole, checkedRole, completed } from './role-values.js';

const today = '2026-12-01' as UtcDay;
const good = {
  key: 'auditor',
  level: 'organisation',
  name: 'Auditor',
  description: '',
  group: '',
  permissions: ['audit.see'],
  lastDay: '',
};

function problems(wrong: Partial<typeof good>): Record<string, string> {
  try {
    checkedNewRole({ ...good, ...wrong }, today);
    return {};
  } catch (error) {
    if (error instanceof Invalid) return error.fields;
    throw error;
  }
}

test('a role is kept clean, and sees what it manages', () => {
  const role = checkedNewRole({ ...good, name: '  The   Auditor ', lastDay: '2026-12-31' }, today);
  expect(role).toEqual({
    key: 'auditor',
    level: 'organisation',
    name: 'The Auditor',
    description: '',
    groupName: '',
    permissions: ['applications.see', 'audit.see'],
    endsAt: new Date('2027-01-01T00:00:00Z'),
  });
});

test.each([
  [['secrets.manage'], 'application', ['applications.see', 'secrets.manage']],
  [['audit.see'], 'organisation', ['applications.see', 'audit.see']],
  [['audit.see'], 'platform', ['audit.see']],
  [['domains.manage'], 'platform', ['applications.see', 'domains.manage']],
  [['reminders.receive'], 'application', ['reminders.receive']],
  [['role_requests.file'], 'organisation', ['role_requests.file']],
] as const)('%j of one %s is %j', (chosen, level, all) => {
  expect(completed(chosen, level)).toEqual(all);
});

describe('is refused', () => {
  test.each([
    [{ key: 'it' }, 'key', /built-in/],
    [{ key: 'org_admin' }, 'key', /built-in/],
    [{ key: 'A' }, 'key', /small letters/],
    [{ key: 'x'.repeat(41) }, 'key', /2 to 40/],
    [{ key: 'a b' }, 'key', /small letters/],
    [{ level: 'world' }, 'level', /Choose where/],
    [{ name: ' ' }, 'name', /Type a name/],
    [{ name: 'x'.repeat(61) }, 'name', /60/],
    [{ description: 'x'.repeat(301) }, 'description', /300/],
    [{ group: 'a\u0000' }, 'group', /control/],
    [{ permissions: [] }, 'permissions', /at least one/],
    [{ permissions: ['platform.administer'] }, 'permissions', /cannot open “platform.administer”/],
    [{ permissions: ['support.see'] }, 'permissions', /cannot open “support.see”/],
    [{ permissions: ['root'] }, 'permissions', /cannot open “root”/],
    [{ level: 'platform', permissions: ['secrets.manage'] }, 'permissions', /cannot open/],
    [{ level: 'platform', permissions: ['platform.administer'] }, 'permissions', /cannot open/],
    [{ level: 'application', permissions: ['role_requests.file'] }, 'permissions', /cannot open/],
    [{ lastDay: '2026-11-30' }, 'lastDay', /today or a later day/],
    [{ lastDay: 'soon' }, 'lastDay', /today or a later day/],
  ])('%j', (wrong, field, sentence) => {
    expect(problems(wrong)[field]).toMatch(sentence);
  });

  test('what one that exists cannot be', () => {
    const values = { ...good, permissions: ['support.see'] };
    expect(() => checkedRole(values, 'organisation', today)).toThrow(Invalid);
  });
});
