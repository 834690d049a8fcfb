// Memory of the service under load for minutes: flat, and small.
import { residentMiB } from '../harness/machine.mjs';
import { underLoad } from '../harness/load.mjs';
import { summary } from '../harness/statistics.mjs';
import { tokenRequests } from '../world/references.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Memory under load';

export async function run({ db, minutes, large }) {
  const world = await startWorld(db, 'large', large, 10_000);
  const requests = tokenRequests(world.clients);
  const samples = [];
  const sampler = setInterval(() => samples.push(residentMiB(world.pid)), 1000);
  const { answered } = await underLoad(world, requests, minutes * 60);
  clearInterval(sampler);
  // The first tenth is warming up.
  const warm = samples.slice(Math.floor(samples.length / 10));
  const third = Math.floor(warm.length / 3);
  const [early, late] = [summary(warm.slice(0, third)), summary(warm.slice(-third))];
  return [
    { name: 'Minutes', median: minutes, min: minutes, max: minutes },
    { name: 'Tokens', median: answered, min: answered, max: answered },
    { name: 'Resident memory', unit: ' MiB', goal: 160, ...summary(warm) },
    { name: '  highest', unit: ' MiB', goal: 160, ...same(summary(samples).max) },
    { name: '  last third ÷ first third', goal: 1.05, ...same(late.median / early.median) },
  ];
}

function same(value) {
  return { median: value, min: value, max: value };
}
