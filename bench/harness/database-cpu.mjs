// CPU time of the database server, for paths whose cost is mostly there.
import { readdirSync, readFileSync } from 'node:fs';
import { cpuMicroseconds } from './machine.mjs';

/** @returns {number} microseconds of all its processes so far; 0 where there is no /proc */
export function databaseMicroseconds(mainPid) {
  if (process.platform !== 'linux') return 0;
  const own = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && parentOf(name) === mainPid,
  );
  return own.reduce((sum, pid) => sum + timeOf(pid), 0);
}

function parentOf(pid) {
  try {
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return undefined;
  }
}

function timeOf(pid) {
  try {
    return cpuMicroseconds(pid);
  } catch {
    return 0;
  }
}
