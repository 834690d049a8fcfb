import { parentPort } from 'node:worker_threads';
import { PlainJudge } from './judge.js';
import type { Ask, Told } from './thread-judge.js';

/** The other end of `ThreadJudge`: answers one question after the other. */
const judge = new PlainJudge();

parentPort!.on('message', ({ method, given }: Ask) => {
  const judging = judge as unknown as Record<string, (...given: unknown[]) => Promise<unknown>>;
  void judging[method]!(...given).then(
    (answer) => parentPort!.postMessage({ answer } satisfies Told),
    (error: Error) => parentPort!.postMessage({ error } satisfies Told),
  );
});
