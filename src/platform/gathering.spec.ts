import { expect, test } from '@jest/globals';
import { Gathering } from './gathering.js';

/** Rounds that end when the test says so. */
function rounds() {
  const begun: { asks: number[]; end: (error?: Error) => void }[] = [];
  const work = (asks: number[]) =>
    new Promise<number[]>((resolve, reject) => {
      const end = (error?: Error) => (error ? reject(error) : resolve(asks));
      begun.push({ asks, end });
    });
  return { begun, work };
}
const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

test('what is asked for in one turn is one round; the others wait for the next', async () => {
  const { begun, work } = rounds();
  const gathering = new Gathering(work, { atMost: 2 });
  const answers = [1, 2, 3].map((ask) => gathering.ask(ask));
  await turn();
  expect(begun.map(({ asks }) => asks)).toEqual([[1, 2]]);
  begun[0]!.end();
  await turn();
  expect(begun.map(({ asks }) => asks)).toEqual([[1, 2], [3]]);
  begun[1]!.end();
  expect(await Promise.all(answers)).toEqual([1, 2, 3]);
});

test('an error is that of its round alone, unless it would be the same for all', async () => {
  const { begun, work } = rounds();
  const away = new Error('away');
  const gathering = new Gathering(work, { atMost: 1, isForAll: (error) => error === away });
  const outcome = (ask: number) =>
    gathering.ask(ask).then(
      () => 'answered',
      (error: Error) => error.message,
    );
  const asked = [1, 2, 3, 4].map(outcome);
  await turn();
  begun[0]!.end(new Error('own'));
  await turn();
  begun[1]!.end(away);
  expect(await Promise.all(asked)).toEqual(['own', 'away', 'away', 'away']);
  expect(begun).toHaveLength(2);
  const later = outcome(5);
  await turn();
  begun[2]!.end();
  expect(await later).toBe('answered');
});
