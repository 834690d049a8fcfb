import { expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasValidForm, newValue } from './value.js';

const rule = readFileSync(join(import.meta.dirname, '../../ops/leaks/gitleaks.toml'), 'utf8');
const pattern = /^regex = '''(.+)'''$/m.exec(rule)![1]!;
const keyword = /^keywords = \["(.+)"\]$/m.exec(rule)![1]!;
const least = Number(/^entropy = ([\d.]+)$/m.exec(rule)![1]);

/** As a scanner goes: the keyword first, in small letters; then the rule, and how random its group is. */
function scan(text: string): string[] {
  if (!text.toLowerCase().includes(keyword)) return [];
  const found = [...text.matchAll(new RegExp(pattern, 'g'))].map(([, value]) => value!);
  return found.filter((value) => entropy(value) >= least);
}

/** Shannon's, in bits for each character. */
function entropy(text: string): number {
  const counts = [...new Set(text)].map((each) => text.split(each).length - 1);
  return -counts.reduce((sum, n) => sum + (n / text.length) * Math.log2(n / text.length), 0);
}

const places = [
  (value: string) => value,
  (value: string) => `CLIENT_SECRET="${value}"`,
  (value: string) => `{"secret":"${value}"}`,
  (value: string) => `curl -u id:${value}@host`,
  (value: string) => `client_id=1&client_secret%3D${value}&x=1`,
  (value: string) => `first\\n${value}\\nlast`,
  (value: string) => `secret: ${value}.`,
];

test('the rule for scanners finds 1,000 values wherever they stand', () => {
  const values = Array.from({ length: 1_000 }, () => newValue());
  const missed = values.filter((value, at) => {
    const [found, ...more] = scan(places[at % places.length]!(value));
    return found !== value || more.length > 0;
  });
  expect(missed).toEqual([]);
  expect(scan(values.join('\n'))).toEqual(values);
});

test('it passes over 1,000 near misses; a wrong checksum is for the service to find', () => {
  const miss = [
    (value: string) => value.slice(0, -1),
    (value: string) => `${value}0`,
    (value: string) => value.replace('_kt1_', '_kt2_'),
    (value: string) => value.replace('_kt1_', '-kt1-'),
    (value: string) => value.replace('_kt1_', '_KT1_'),
    (value: string) => `${value.slice(0, 20)}-${value.slice(21)}`,
    (value: string) => `${value.slice(0, 8)}${'x'.repeat(43)}`,
    (value: string) => `a ${value.slice(1)}`,
  ];
  const misses = Array.from({ length: 1_000 }, (_, at) => miss[at % miss.length]!(newValue()));
  expect(misses.filter((text) => scan(text).length > 0)).toEqual([]);

  const value = newValue();
  const mistyped = value.slice(0, -1) + (value.endsWith('0') ? '1' : '0');
  expect(scan(mistyped)).toEqual([mistyped]);
  expect(hasValidForm(mistyped)).toBe(false);
});
