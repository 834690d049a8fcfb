import { expect, test } from '@jest/globals';
import { ProgressBar } from './progress-bar.js';

function drawing() {
  const written: string[] = [];
  const bar = new ProgressBar({ write: (text: string) => written.push(text) });
  return { bar, written };
}

test('shows how many of how many, and is full at the end', () => {
  const { bar, written } = drawing();
  bar.show({ due: 2_000, sent: 0, failed: 0, skipped: 0 });
  bar.show({ due: 2_000, sent: 1_990, failed: 4, skipped: 6 });
  bar.end();
  expect(written[0]).toContain(`${'░'.repeat(30)} 0 of 2,000 reminders`);
  expect(written[1]).toContain(`${'█'.repeat(30)} 2,000 of 2,000 reminders`);
  expect(written.at(-1)).toBe('\n');
});

test('draws a moment later again, not for every mail', () => {
  const { bar, written } = drawing();
  for (let sent = 0; sent < 1_000; sent++) bar.show({ due: 5_000, sent, failed: 0, skipped: 0 });
  expect(written.length).toBeLessThan(100);
});

test('is silent where nothing is due', () => {
  const { bar, written } = drawing();
  bar.show({ due: 0, sent: 0, failed: 0, skipped: 0 });
  bar.end();
  expect(written).toEqual([]);
});
