import { expect, test } from '@jest/globals';
import { unreadyOf } from './unready.js';

const well = { answeredIn: 0.01, clockOffset: 0, missingMigrations: 0 };

test.each([
  ['all is well', well, false, []],
  ['the clock is five seconds ahead', { ...well, clockOffset: 5 }, false, []],
  ['a little more', { ...well, clockOffset: 5.001 }, false, ['clock']],
  ['or behind', { ...well, clockOffset: -5.001 }, false, ['clock']],
  ['a migration is missing', { ...well, missingMigrations: 1 }, false, ['schema']],
  ['the database is silent', undefined, false, ['database']],
  ['it stops', well, true, ['stopping']],
  ['it stops without a database', undefined, true, ['stopping', 'database']],
])('when %s', (_name, state, stopping, problems) => {
  expect(unreadyOf(state, { stopping })).toEqual(problems);
});
