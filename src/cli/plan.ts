import { createReadStream } from 'node:fs';
import { SystemClock } from '../platform/clock.js';
import { fileText, largestFile } from '../provisioning/file-text.js';
import type { Entry, Plan } from '../provisioning/plan.js';
import { doneText, entryText, problemText, summaryText } from '../provisioning/plan-text.js';
import { Provisioning } from '../provisioning/provisioning.service.js';
import { command, print } from './command.js';
import { commandLine } from './command-line.js';
import { remoteApply, remotePlan } from './remote/plan.js';
import { withFeatures } from './with-features.js';

const prune = { type: 'boolean', default: false } as const;

export const planCommand = command(
  {
    name: 'plan',
    summary: 'Shows what applying a file would do, row by row, and every error with its place.',
    places: ['<file>'],
    options: {
      prune,
      brief: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
    details: `
  <file>   YAML or CSV, as docs/provisioning.md describes; - for standard input
  --prune  also remove what the organisations of the file have and the file does not name
  --brief  leave out the rows that are the same
  --json   prints one document {"problems","entries","counts","fingerprint"}

Signs: + create, ~ change, = same, - remove.
Exit status: 0 when all is the same, 2 when something would change, 1 for any error.`,
    faultStatus: 1,
  },
  async ({ prune, brief, json }, [file = '']) => {
    const text = fileText(await read(file));
    return withFeatures(new SystemClock(), async (app) => {
      const plan = await app.get(Provisioning).plan(text, { prune });
      if (json) print(JSON.stringify(plan));
      else show(plan, file, brief);
      return statusOf(plan);
    });
  },
  async (service, { prune, brief, json }, [file = '']) => {
    const text = fileText(await read(file));
    const plan = await remotePlan(service, text, { prune, brief: brief && !json });
    if (json) print(JSON.stringify(plan));
    else show(plan, file, brief);
    return statusOf(plan);
  },
);

export const applyCommand = command(
  {
    name: 'apply',
    summary: 'Does what a plan says, in one transaction.',
    places: ['<file>'],
    options: { fingerprint: { type: 'string' }, prune, json: { type: 'boolean', default: false } },
    details: `
  <file>         the file of the plan; - for standard input
  --fingerprint  what "keyturn plan" printed last; when anything has changed since, nothing is done
  --prune        as it was given to the plan
  --json         prints one document {"counts"}

Exit status: 0 when it is done or there was nothing to do, 1 for any error; then nothing is done.`,
    faultStatus: 1,
  },
  async ({ fingerprint, prune, json }, [file = '']) => {
    if (!fingerprint) throw new RangeError(planFirst);
    const text = fileText(await read(file));
    return withFeatures(new SystemClock(), async (app) => {
      const settings = { prune, fingerprint };
      const counts = await app.get(Provisioning).apply(commandLine(), text, settings, progress);
      return print(json ? JSON.stringify({ counts }) : `Done: ${doneText(counts)}`);
    });
  },
  async (service, { fingerprint, prune, json }, [file = '']) => {
    if (!fingerprint) throw new RangeError(planFirst);
    const text = fileText(await read(file));
    const counts = await remoteApply(service, text, { prune, fingerprint });
    return print(json ? JSON.stringify({ counts }) : `Done: ${doneText(counts)}`);
  },
);

const planFirst = '--fingerprint is needed: run "keyturn plan" and read what it says.';

/** Reads no more than a little over what is taken: the rest would be refused anyway. */
async function read(file: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    const source = file === '-' ? process.stdin : createReadStream(file, { end: 4 * largestFile });
    for await (const piece of source as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length > 4 * largestFile) break;
    }
  } catch (error) {
    const { code } = error as { code?: string };
    throw new RangeError(
      code === 'ENOENT' ? `There is no file ${file}.` : `${file} cannot be read (${code}).`,
    );
  }
  return Buffer.concat(pieces);
}

function show(
  { problems, entries, counts, fingerprint }: Plan,
  file: string,
  brief: boolean,
): void {
  for (const problem of problems) console.error(`${file}:${problemText(problem)}`);
  if (problems.length > 0) {
    console.error(
      `${problems.length === 1 ? 'One error' : `${problems.length} errors`}; nothing can be applied.`,
    );
    return;
  }
  const shown = (entry: Entry) => !brief || entry.action !== 'same';
  for (const entry of entries.filter(shown)) print(entryText(entry));
  print(`${summaryText(counts)}\nFingerprint: ${fingerprint}`);
}

function statusOf({ problems, counts }: Plan): number {
  if (problems.length > 0) return 1;
  return counts.create + counts.change + counts.remove > 0 ? 2 : 0;
}

/** Some ten lines on standard error, however much there is to do. */
function progress(done: number, total: number): void {
  const step = Math.max(1, Math.ceil(total / 10));
  if (done === total || done % step < 1) console.error(`${done} of ${total}`);
}
