import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Fact } from './journal.js';

/**
 * All facts of a folder in the order in which they happened, whatever process wrote them. A last line
 * that was cut off belongs to what never committed.
 * @throws Error that names a file with a line that cannot be read
 */
export async function readJournal(folder: string): Promise<Fact[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const facts = await Promise.all(names.map((name) => readOne(join(folder, name))));
  // Stable: what happened in one process in the same millisecond keeps its order.
  return facts.flat().sort((a, b) => a.at.getTime() - b.at.getTime());
}

async function readOne(path: string): Promise<Fact[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  // After the last newline there is nothing, or a part of a line.
  return lines.slice(0, -1).map((line, at) => {
    try {
      const fact = JSON.parse(line) as Fact & { at: string };
      return { ...fact, at: new Date(fact.at) };
    } catch {
      throw new Error(`${path}, line ${at + 1}: not a line of the journal`);
    }
  });
}
