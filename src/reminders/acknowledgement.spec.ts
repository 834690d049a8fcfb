import { describe, expect, test } from '@jest/globals';
import type { UtcDay } from '../platform/utc-day.js';
import {
  type Acknowledged,
  type Acknowledgement,
  type AcknowledgementKind,
  acknowledgementText,
  heldFor,
} from './acknowledgement.js';
import { milestones } from './milestones.js';

const at = (day: string) => new Date(`${day}T07:00:00Z`);
const said = (
  kind: AcknowledgementKind,
  userId = 'anna',
  until: string | null = null,
): Acknowledgement => ({
  userId,
  name: userId,
  kind,
  until: until as UtcDay | null,
  saidAt: at('2027-05-01'),
});
const about = (
  acknowledgements: Acknowledgement[],
  lastUsedAt: Date | null = null,
  people = ['anna', 'bram'],
): Acknowledged => ({ acknowledgements, lastUsedAt, recipients: people.map((id) => ({ id })) });

const toBram = { recipientId: 'bram', milestone: '21' as const };
const toAnna = { recipientId: 'anna', milestone: '21' as const };

describe('the six- and three-week mails', () => {
  const onIt = about([said('taken', 'anna', '2027-05-10')]);

  test.each([
    ['2027-05-09', true],
    ['2027-05-10', true],
    ['2027-05-11', false],
  ])('wait for everybody while somebody is on it: on %s %s', (date, held) => {
    for (const to of [toAnna, toBram]) {
      expect(heldFor(onIt, to, at(date)) !== undefined).toBe(held);
    }
  });

  test.each([
    [null, true],
    [at('2027-05-01'), true],
    [new Date(at('2027-05-01').getTime() + 1), false],
  ])('wait when it is replaced already, until it is used again: %s, %s', (used, held) => {
    const replaced = about([said('replaced')], used);
    expect(heldFor(replaced, toBram, at('2027-06-01')) !== undefined).toBe(held);
  });

  test('do not go to those whose it is not any more, and do go to the others', () => {
    const gone = about([said('not_mine')]);
    expect(heldFor(gone, toAnna, at('2027-05-02'))).toMatch(/not theirs/);
    expect(heldFor(gone, toBram, at('2027-05-02'))).toBeUndefined();
  });

  test('go to everybody when nobody is left whose it is', () => {
    const gone = about([said('not_mine'), said('not_mine', 'bram')]);
    expect(heldFor(gone, toAnna, at('2027-05-02'))).toBeUndefined();
    expect(heldFor(gone, toBram, at('2027-05-02'))).toBeUndefined();
  });

  test('do not wait for the word of somebody who is no recipient any more', () => {
    const left = about([said('taken', 'anna', '2027-05-10')], null, ['bram']);
    expect(heldFor(left, toBram, at('2027-05-02'))).toBeUndefined();
  });
});

test('nothing holds a mail of the last week, or the one after the end', () => {
  const all = about([said('taken', 'anna', '2027-05-10'), said('not_mine', 'bram')]);
  for (const milestone of milestones) {
    const held = heldFor(all, { recipientId: 'bram', milestone }, at('2027-05-02')) !== undefined;
    expect({ milestone, held }).toEqual({ milestone, held: ['42', '21'].includes(milestone) });
  }
});

test.each([
  [said('taken', 'Anna', '2027-05-10'), null, 'Anna is on it until Mon 10 May 2027.'],
  [said('taken', 'Anna', '2027-05-04'), null, 'Anna was on it until Tue 4 May 2027.'],
  [
    said('replaced', 'Anna'),
    null,
    'Anna said on Sat 1 May 2027 that it is replaced already. Then delete it: that ends its mails.',
  ],
  [
    said('replaced', 'Anna'),
    at('2027-05-02'),
    'Anna said on Sat 1 May 2027 that it is replaced already, but it has been used since.',
  ],
  [said('not_mine', 'Anna'), null, 'Anna said on Sat 1 May 2027 that it is not theirs any more.'],
])('%j is told in words', (word, used, text) => {
  expect(acknowledgementText(word, about([word], used), at('2027-05-05'))).toBe(text);
});
