import Sequencer from '@jest/test-sequencer';

/**
 * Files that start processes, servers or a browser take longest and begin first, so that no worker
 * is left over with one of them at the end. Jest's own order follows, which knows sizes and former runs.
 */
export default class extends Sequencer {
  sort(tests) {
    const slow = ({ path }) => /processes|browser|local-postgres/.test(path);
    const sorted = super.sort(tests);
    return [...sorted.filter(slow), ...sorted.filter((test) => !slow(test))];
  }
}
