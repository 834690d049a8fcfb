import { describe, expect, test } from '@jest/globals';
import { type Contact, coverProblems } from './contact-cover.js';

const now = new Date('2027-06-30T07:00:00Z');
const ago = (days: number) => new Date(now.getTime() - days * 86_400_000);
const person = (name: string, changes: Partial<Contact> = {}): Contact => ({
  name,
  manager: true,
  bounced: false,
  seenAt: ago(1),
  ...changes,
});
const admin = person('Olga', { manager: false });

describe('the people around an application (R4)', () => {
  test.each<[string, Contact[], RegExp[]]>([
    ['two managers', [person('Anna'), person('Bram')], []],
    ['one', [person('Anna'), admin], [/one active credential manager/]],
    ['none', [admin], [/no active credential manager/]],
    [
      'two, one of whom cannot be reached',
      [person('Anna'), person('Bram', { bounced: true })],
      [/one reachable credential manager/, /^Mail to Bram was refused/],
    ],
    [
      'two who are silent',
      [person('Anna', { seenAt: ago(181) }), person('Bram', { seenAt: ago(999) })],
      [/^Anna and Bram have not signed in for 180 days/],
    ],
    ['two, one of whom came 180 days ago', [person('Anna', { seenAt: ago(180) }), person('B')], []],
    [
      'an org admin whose address is refused',
      [person('Anna'), person('Bram'), { ...admin, bounced: true }],
      [/^Mail to Olga was refused/],
    ],
  ])('%s', (_name, contacts, sentences) => {
    const problems = coverProblems(contacts, now);
    expect(problems).toHaveLength(sentences.length);
    sentences.forEach((sentence, at) => expect(problems[at]).toMatch(sentence));
  });

  test('of an application without any, IT reads what IT can do', () => {
    expect(coverProblems([], now)).toEqual([
      expect.stringMatching(/Ask support to appoint two\.$/),
    ]);
    expect(coverProblems([], now, 'IT')).toEqual([
      expect.stringMatching(/Let the organisation name two, and give them the role\.$/),
    ]);
  });
});
