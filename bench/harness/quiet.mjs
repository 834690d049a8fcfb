// On a shared machine: how much others are doing, so that a round they disturb can be done again.
import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';

/** More than this share of one core is a disturbance. */
const tolerated = 0.15;
const looksFor = 300;
let deadline = 0;
let roots = [process.pid];

/** @param {number} minutes how long to wait for quiet in this run, all in all */
export function bePatient(minutes, databasePid) {
  if (process.platform !== 'linux') return;
  deadline = performance.now() + minutes * 60_000;
  roots = [process.pid, databasePid];
}

/**
 * Waits for a quiet moment, measures, and measures again when it did not stay quiet. When patience
 * is over it takes what it gets.
 * @template T
 * @param {() => Promise<T>} measure
 * @returns {Promise<T & { others: number }>} with the cores that others used meanwhile
 */
export async function undisturbed(measure) {
  for (;;) {
    while (performance.now() < deadline && (await others(() => pause(looksFor))).cores > tolerated);
    const { cores, result } = await others(measure);
    if (cores <= tolerated || performance.now() >= deadline) return { ...result, others: cores };
  }
}

async function others(work) {
  if (process.platform !== 'linux') return { cores: 0, result: await work() };
  const [before, startedAt] = [jiffiesOfOthers(), performance.now()];
  const result = await work();
  const seconds = (performance.now() - startedAt) / 1000;
  const cores = (jiffiesOfOthers() - before) / 100 / seconds;
  return { cores: Math.min(Math.max(cores, 0), availableParallelism()), result };
}

/** All work of the machine without that of our processes and those they started. */
function jiffiesOfOthers() {
  // Interrupts, which come next in the line, are mostly those of our own sockets.
  const [user, nice, system] = /^cpu +(.*)$/m
    .exec(readFileSync('/proc/stat', 'utf8'))[1]
    .split(' ')
    .map(Number);
  const processes = new Map();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(pid);
    if (fields) processes.set(Number(pid), fields);
  }
  const isOurs = (pid) =>
    roots.includes(pid) || (processes.has(pid) && isOurs(processes.get(pid).parent));
  const ours = [...processes]
    .filter(([pid]) => isOurs(pid))
    .reduce((sum, [, { used }]) => sum + used, 0);
  return user + nice + system - ours;
}

function statOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    // With the time of children that have ended, such as a server process of a closed connection.
    const used = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0);
    return { parent: Number(fields[1]), used };
  } catch {
    return undefined;
  }
}
