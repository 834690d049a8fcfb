// Load by autocannon, from this process.
import autocannon from 'autocannon';
import { setTimeout as pause } from 'node:timers/promises';
import { cpuMicroseconds } from './machine.mjs';

const connections = 32;

/**
 * Puts load on one server for a while.
 * @param {{ url: string, pids: number[] }} server
 * @param {object[]} requests as autocannon takes them; each connection has its own share of them
 * @param {number} seconds
 * @param {{ connections?: number, status?: number }} options the only status that counts as answered
 * @returns {Promise<{ micros: number, perSecond: number, p99: number, answered: number }>}
 *   CPU microseconds of the server per answered request; p99 in milliseconds
 */
export async function underLoad(server, requests, seconds, options = {}) {
  const width = options.connections ?? connections;
  const before = cpuOf(server);
  const startedAt = performance.now();
  let next = 0;
  const result = await autocannon({
    url: server.url,
    connections: width,
    duration: seconds,
    requests: requests.slice(0, 1),
    setupClient: (client) => {
      const own = requests.filter((_, index) => index % width === next % width);
      next += 1;
      if (own.length > 0) client.setRequests(own);
    },
  });
  const took = (performance.now() - startedAt) / 1000;
  // Answers that were on their way.
  await pause(20);
  const used = cpuOf(server) - before;
  const answered = result.statusCodeStats?.[options.status ?? 200]?.count ?? 0;
  const others = result.requests.total - answered + result.errors + result.timeouts;
  if (answered === 0 || others > answered / 1000) {
    const seen = JSON.stringify(result.statusCodeStats);
    throw new Error(`${server.url}: ${others} of ${result.requests.total} not as expected ${seen}`);
  }
  return { micros: used / answered, perSecond: answered / took, p99: result.latency.p99, answered };
}

function cpuOf({ pids }) {
  return pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
}
