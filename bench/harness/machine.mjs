// What of the machine matters here: which core does what, and how much CPU time a process has used.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const canPin =
  process.platform === 'linux' &&
  availableParallelism() > 1 &&
  spawnSync('taskset', ['--version']).status === 0;

/** The server under test has a core of its own; load generator and database have the others. */
export const serverCore = canPin ? '0' : undefined;
const lastCore = availableParallelism() - 1;
const otherCores = lastCore > 1 ? `1-${lastCore}` : '1';

/** In words, for the table. */
export const placement = canPin
  ? `server on core ${serverCore}, load generator and database on core ${otherCores}`
  : 'not pinned to cores (no taskset, or a single core): figures vary more';

/** Moves this process, and all it will start from now on, away from the server's core. */
export function leaveServerCore() {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', otherCores, String(process.pid)]);
}

/** @returns {string[]} the words in front of a command that shall run on the given core */
export function onCore(core) {
  return canPin && core !== undefined ? ['taskset', '-c', core] : [];
}

const ticksPerSecond = process.platform === 'linux' ? Number(read('getconf', ['CLK_TCK'])) : 0;

/**
 * User and system time of all threads of a process, in microseconds. Exact to 10 ms, which is why a
 * round lasts seconds. Where there is no /proc, `ps` tells the same.
 */
export function cpuMicroseconds(pid) {
  if (process.platform !== 'linux') return fromPs(read('ps', ['-o', 'time=', '-p', String(pid)]));
  // The second field is the program's name and may hold spaces and brackets.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / ticksPerSecond) * 1e6;
}

/** Resident memory of a process, in MiB. */
export function residentMiB(pid) {
  if (process.platform !== 'linux')
    return Number(read('ps', ['-o', 'rss=', '-p', String(pid)])) / 1024;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

/** `[[days-]hours:]minutes:seconds[.hundredths]` in microseconds. */
function fromPs(text) {
  const [clock, days = '0'] = text.trim().split('-').reverse();
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
  return (Number(days) * 86_400 + seconds) * 1e6;
}

function read(program, args) {
  return execFileSync(program, args, { encoding: 'utf8' });
}
