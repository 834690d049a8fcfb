import type { FastifyRequest } from 'fastify';
import { readFileBody } from '../../../platform/web/file-body.js';
import { Problem } from '../../../platform/web/problems.js';
import { fileText, largestFile } from '../../../provisioning/file-text.js';
import type { Plan } from '../../../provisioning/plan.js';
import { FaultyFile } from '../../../provisioning/provisioning.service.js';
import type { Problem as Fault } from '../../../provisioning/rows.js';

const tooLarge = 'The largest file that is taken has 16 MB; divide it, for example by country.';

/** As many errors as anybody mends before the next try. */
const mostErrors = 1_000;

/** The body as text. @throws Refusal 413, UnreadableFile */
export async function sentFile(request: FastifyRequest): Promise<string> {
  return fileText(await readFileBody(request, largestFile, tooLarge));
}

/** Errors of the file become those of the request, each with its place. @throws Problem 422 */
export async function asProblem<T extends object>(work: Promise<T>): Promise<T> {
  const result = await work.catch((error: unknown) => {
    throw error instanceof FaultyFile ? faulty(error.problems) : error;
  });
  const { problems } = result as Partial<Plan>;
  if (problems && problems.length > 0) throw faulty(problems);
  return result;
}

function faulty(problems: Fault[]): Problem {
  const errors = problems
    .slice(0, mostErrors)
    .map(({ line, column, text }) => ({ line, column, code: 'invalid', detail: text }));
  const text = 'The file has errors; nothing can be applied.';
  return new Problem(422, 'faulty_file', text, {
    errors,
    members: { errorCount: problems.length },
  });
}
