import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { entryText } from '../../src/provisioning/plan-text.js';
import { Provisioning } from '../../src/provisioning/provisioning.service.js';
import { shapes } from '../../src/provisioning/rows.js';
import { startTestApp, type TestApp } from '../support/app.js';

const guide = readFileSync('docs/provisioning.md', 'utf8');
let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

function example(language: string): string {
  return new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(guide)![1]!;
}

test('the examples of the guide are files, and say the same', async () => {
  const provisioning = service.app.get(Provisioning, { strict: false });
  const [yaml, csv] = await Promise.all(
    ['yaml', 'csv'].map((language) => provisioning.plan(example(language), { prune: false })),
  );
  expect([yaml!.problems, csv!.problems]).toEqual([[], []]);
  const told = ({ entries }: typeof yaml & object) =>
    entries.map((entry) => entryText({ ...entry, at: undefined }));
  expect(told(yaml!)).toHaveLength(9);
  expect(told(csv!)).toEqual(told(yaml!));
});

test('the guide names every field', () => {
  for (const [kind, shape] of Object.entries(shapes)) {
    for (const field of Object.keys(shape)) {
      expect([kind, guide.includes(`\`${field}\``)]).toEqual([kind, true]);
    }
  }
});
