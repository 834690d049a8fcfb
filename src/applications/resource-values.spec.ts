import { describe, expect, test } from '@jest/globals';
import { type Invalid } from '../platform/refusals.js';
import { checkedApi, checkedResource } from './resource-values.js';

const good = {
  apiCode: 'DONOR',
  name: ' Donor  Care ',
  environment: 'sandbox',
  audience: 'https://donors.example.org',
  scope: 'donors.sandbox',
};

const isOwn = (origin: string) => origin === 'https://keyturn.example.org';

function problemsOf(work: () => unknown): Record<string, string> {
  try {
    work();
    return {};
  } catch (error) {
    return (error as Invalid).fields;
  }
}

test('a resource is kept with a tidy name', () => {
  expect(checkedResource(good, isOwn)).toEqual({ ...good, name: 'Donor Care' });
});

describe('an audience', () => {
  test.each([
    'https://a.example',
    'https://a.example/',
    'https://a.example:8443/v1/donors?x=1',
    'api://3f2a1c00-0000-4000-8000-000000000000',
    'urn:example:donors',
    `https://a.example/${'x'.repeat(182)}`,
  ])('%s is taken', (audience) => {
    expect(problemsOf(() => checkedResource({ ...good, audience }, isOwn))).toEqual({});
  });

  test.each([
    ['', /Type the audience/],
    ['donors', /whole URI/],
    ['//a.example', /whole URI/],
    ['https://', /whole URI/],
    ['https://a b', /whole URI/],
    ['https://a.example/<x>', /whole URI/],
    ['https://a.example/\u0000', /whole URI/],
    ['https://дом.example', /whole URI/],
    ['https://a.example#top', /#/],
    ['https://a.example#', /#/],
    ['https://me:pw@a.example', /no user/],
    ['HTTPS://a.example', /as https:\/\/a\.example$/],
    ['https://A.example/X', /as https:\/\/a\.example\/X$/],
    ['https://a.example:443', /as https:\/\/a\.example$/],
    ['https://a.example/x/../y', /as https:\/\/a\.example\/y$/],
    ['https://keyturn.example.org/api/v1', /own/],
    ['https://keyturn.example.org', /own/],
    [`https://a.example/${'x'.repeat(183)}`, /200/],
  ])('%j is refused', (audience, sentence) => {
    const problems = problemsOf(() => checkedResource({ ...good, audience }, isOwn));
    expect(Object.keys(problems)).toEqual(['audience']);
    expect(problems.audience).toMatch(sentence);
  });
});

test.each([
  ['apiCode', ''],
  ['apiCode', 'dm'],
  ['name', ''],
  ['name', 'a\u202eb'],
  ['environment', ''],
  ['environment', 'toString'],
  ['scope', ''],
  ['scope', 'Donors'],
  ['scope', 'two words'],
  ['scope', '.a'],
  ['scope', 'a'.repeat(101)],
])('%s cannot be %j', (field, value) => {
  const problems = problemsOf(() => checkedResource({ ...good, [field]: value }, isOwn));
  expect(Object.keys(problems)).toEqual([field]);
});

test.each(['', 'D', 'dm', 'D-M', '1D', 'ABCDEFGHIJK', 'DÉ', 'DM\n'])(
  'a code cannot be %j',
  (code) => {
    expect(Object.keys(problemsOf(() => checkedApi({ code, name: 'x' })))).toEqual(['code']);
  },
);

test.each(['DM', 'D2', 'ABCDEFGHIJ'])('a code can be %s', (code) => {
  expect(checkedApi({ code, name: ' x ' })).toEqual({ code, name: 'x' });
});

test('all that is wrong is said at once', () => {
  const nothing = { apiCode: '', name: '', environment: '', audience: '', scope: '' };
  expect(Object.keys(problemsOf(() => checkedResource(nothing, isOwn)))).toHaveLength(5);
  expect(Object.keys(problemsOf(() => checkedApi({ code: '', name: '' })))).toHaveLength(2);
});
