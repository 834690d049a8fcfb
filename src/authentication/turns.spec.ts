import { describe, expect, test } from '@jest/globals';
import { Turns } from './turns.js';

/** Work that ends when it is told to. */
function controlled() {
  const ends: (() => void)[] = [];
  const started: number[] = [];
  const work = (number: number) => () => {
    started.push(number);
    return new Promise<number>((resolve) => ends.push(() => resolve(number)));
  };
  return { ends, started, work };
}

const full = () => new Error('full');

describe('turns', () => {
  test('let so many work at a time, the others in the order in which they came', async () => {
    const { ends, started, work } = controlled();
    const turns = new Turns(2, 10);
    const all = [1, 2, 3, 4].map((number) => turns.take(work(number), full));
    expect(started).toEqual([1, 2]);
    ends[1]!();
    await all[1];
    expect(started).toEqual([1, 2, 3]);
    ends[0]!();
    await all[0];
    expect(started).toEqual([1, 2, 3, 4]);
    ends[2]!();
    ends[3]!();
    expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  });

  test('refuse when the line is too long, and only as long as it is', async () => {
    const { ends, work } = controlled();
    const turns = new Turns(1, 1);
    const first = turns.take(work(1), full);
    const second = turns.take(work(2), full);
    await expect(turns.take(work(3), full)).rejects.toThrow('full');
    ends[0]!();
    await first;
    const fourth = turns.take(work(4), full);
    ends[1]!();
    await second;
    ends[2]!();
    expect(await fourth).toBe(4);
  });

  test('go on after work that failed', async () => {
    const turns = new Turns(1, 10);
    const failing = turns.take(() => Promise.reject(new Error('broken')), full);
    const next = turns.take(() => Promise.resolve('done'), full);
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('done');
    expect(await turns.take(() => Promise.resolve('again'), full)).toBe('again');
  });
});
