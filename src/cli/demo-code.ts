import { currentCodes } from '../demo/codes.js';
import { SystemClock } from '../platform/clock.js';
import { command, print } from './command.js';
import { withFeatures } from './with-features.js';

export const demoCode = command(
  {
    name: 'demo-code',
    summary: 'Prints the current code of a demo account.',
    places: ['<address>'],
    options: {},
    details: '  <address>  the e-mail address of the account',
  },
  (_values, [address = '']) =>
    withFeatures(new SystemClock(), async (_app, { platform }) => {
      const { config, dataSource, keys, clock } = platform;
      if (!config.demo) throw new RangeError('There is no demo in this data folder.');
      const codes = await currentCodes(dataSource, keys, clock.now());
      const found = codes.find(({ email }) => email === address.toLowerCase());
      if (!found) {
        const known = codes.map(({ email }) => email).join(', ');
        throw new RangeError(`No such account. There are: ${known}`);
      }
      return print(found.code);
    }),
);
