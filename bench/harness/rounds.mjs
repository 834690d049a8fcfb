import { setTimeout as pause } from 'node:timers/promises';
import { undisturbed } from './quiet.mjs';

// A B A B: all contestants take turns in every round, so that a busy minute of the machine hits all.

/**
 * @param {Record<string, () => Promise<Record<string, number>>>} contestants
 * @param {number} rounds
 * @param {number} rest seconds before each measurement in which others get their turn
 * @returns {Promise<Record<string, Record<string, number[]>>>} by contestant and figure, one value
 *   per round
 */
export async function interleaved(contestants, rounds, rest = 0) {
  const series = {};
  for (let round = 1; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(contestants)) {
      await pause(rest * 1000);
      const figures = await undisturbed(measure);
      series[name] ??= {};
      for (const [figure, value] of Object.entries(figures)) {
        (series[name][figure] ??= []).push(value);
      }
    }
    process.stderr.write(`  round ${round} of ${rounds}\n`);
  }
  return series;
}
