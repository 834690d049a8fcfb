// The table on standard output, and the same as JSON in bench/results/.
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { placement } from './machine.mjs';

/**
 * @typedef {{ name: string, median: number, min: number, max: number, goal?: number,
 *   atLeast?: boolean, unit?: string, note?: string }} Row
 *   `goal` is an upper limit unless `atLeast`; without one the row is there to be read
 */

/**
 * A goal that lies between the best and the worst round is neither reached nor missed for certain.
 * @param {Row} row
 */
export function verdict({ median, min, max, goal, atLeast }) {
  if (goal === undefined) return '';
  const good = (value) => (atLeast ? value >= goal : value <= goal);
  if (good(median)) return 'reached';
  return good(min) || good(max) ? 'within the spread' : 'MISSED';
}

/** @param {Row[]} rows */
export function print(title, rows) {
  const cells = rows.map((row) => [
    row.name,
    `${number(row.median)}${row.unit ?? ''}`,
    `${number(row.min)} – ${number(row.max)}`,
    row.goal === undefined ? '' : `${row.atLeast ? '≥' : '≤'} ${row.goal}${row.unit ?? ''}`,
    [verdict(row), row.note].filter(Boolean).join('; '),
  ]);
  const head = ['', 'median', 'min – max', 'goal', ''];
  const widths = head.map((_, at) => Math.max(...[head, ...cells].map((row) => row[at].length)));
  const line = (row) =>
    row
      .map((cell, at) => cell.padEnd(widths[at]))
      .join('  ')
      .trimEnd();
  console.log(['', title, line(head), ...cells.map(line)].join('\n'));
}

/** @returns {Promise<string>} the file's path */
export async function save(folder, paths) {
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`);
  await writeFile(file, JSON.stringify({ ...circumstances(), paths }, null, 2));
  return file;
}

export function circumstances() {
  return {
    at: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    placement,
    loadAtStart: loadavg()[0],
  };
}

function number(value) {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
