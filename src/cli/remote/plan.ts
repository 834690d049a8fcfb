import type { Counts, Entry, Plan } from '../../provisioning/plan.js';
import { looksLikeCsv } from '../../provisioning/read-csv.js';
import { RemoteRefusal } from './answer.js';
import type { RemoteService } from './remote-service.js';

interface Answer {
  fingerprint: string;
  counts: Counts;
  entries: (Omit<Entry, 'at'> & { line: number | null; column: number | null })[];
}

/** The plan that the service makes of a file; errors of the file are in it. */
export async function remotePlan(
  service: RemoteService,
  text: string,
  settings: { prune: boolean; brief: boolean },
): Promise<Plan> {
  try {
    const call = { query: settings, body: text, type: typeOf(text) };
    const answer = await service.json<Answer>('POST', 'provisioning/plan', call);
    return { ...answer, problems: [], entries: answer.entries.map(entryOf) };
  } catch (error) {
    if (!isFaultyFile(error)) throw error;
    const counts = { create: 0, change: 0, same: 0, remove: 0 };
    return { problems: problemsOf(error), entries: [], counts, fingerprint: '' };
  }
}

export async function remoteApply(
  service: RemoteService,
  text: string,
  settings: { prune: boolean; fingerprint: string },
): Promise<Counts> {
  const call = { query: settings, body: text, type: typeOf(text) };
  const { counts } = await service.json<Answer>('POST', 'provisioning/apply', call);
  return counts;
}

function entryOf({ line, column, ...entry }: Answer['entries'][number]): Entry {
  return line === null || column === null ? entry : { ...entry, at: { line, column } };
}

function isFaultyFile(error: unknown): error is RemoteRefusal {
  return error instanceof RemoteRefusal && error.code === 'faulty_file';
}

function problemsOf({ errors, errorCount }: RemoteRefusal): Plan['problems'] {
  const problems = errors.map(({ line = 1, column = 1, detail }) => ({
    line,
    column,
    text: detail,
  }));
  const more = errorCount - problems.length;
  const last = problems.at(-1);
  if (more > 0 && last) problems.push({ ...last, text: `… and ${more} more errors after this.` });
  return problems;
}

function typeOf(text: string): string {
  return looksLikeCsv(text) ? 'text/csv' : 'application/yaml';
}
