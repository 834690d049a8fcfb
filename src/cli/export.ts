import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SystemClock } from '../platform/clock.js';
import { exportFile } from '../provisioning/export.js';
import { command } from './command.js';
import { withFeatures } from './with-features.js';

export const exportCommand = command(
  {
    name: 'export',
    summary:
      'Writes everything to standard output, as the file that "keyturn plan" calls the same.',
    options: { form: { type: 'string', default: 'yaml' } },
    details: '  --form  yaml or csv',
    faultStatus: 1,
  },
  ({ form }) => {
    if (form !== 'yaml' && form !== 'csv') throw new RangeError('--form is yaml or csv.');
    return withFeatures(new SystemClock(), async (_app, { platform }) => {
      const { dataSource, clock, config } = platform;
      const domains = config.DOMAINS === 'on';
      const pieces = exportFile(dataSource, form, clock.now(), { domains });
      await pipeline(Readable.from(pieces), process.stdout, { end: false });
      return 0;
    });
  },
  async (service, { form }) => {
    if (form !== 'yaml' && form !== 'csv') throw new RangeError('--form is yaml or csv.');
    const pieces = service.pieces('provisioning/export', { query: { format: form } });
    await pipeline(Readable.from(pieces), process.stdout, { end: false });
    return 0;
  },
);
