import { FixedClock, SystemClock } from '../platform/clock.js';
import { parseInstant } from '../platform/instant.js';
import { forecastJson, forecastText } from '../reminders/forecast-print.js';
import { Forecasts } from '../reminders/forecasts.service.js';
import { command, print } from './command.js';
import { withFeatures } from './with-features.js';

export const forecast = command(
  {
    name: 'forecast',
    summary: 'Prints every mail of the coming days, and sends none.',
    options: {
      'as-of': { type: 'string' },
      days: { type: 'string', default: '30' },
      json: { type: 'boolean', default: false },
    },
    details: `
  --as-of  an instant such as 2027-01-03T07:00:00Z, or a day; now when absent
  --days   1 to 400 days, the first being that of --as-of; 30 when absent
  --json   prints one line per mail {"at","day","to","secrets"}; "to" is null for nobody`,
  },
  ({ 'as-of': asOf, days, json }) => {
    if (!/^\d{1,3}$/.test(days) || Number(days) < 1 || Number(days) > 400) {
      throw new RangeError('--days should be a number from 1 to 400, e.g. --days 30');
    }
    const clock = asOf ? new FixedClock(parseInstant(asOf)) : new SystemClock();
    return withFeatures(clock, async (app) => {
      const { mails } = await app.get(Forecasts).of({}, clock.now(), Number(days), null);
      const lines = mails.map((mail) => (json ? forecastJson(mail) : forecastText(mail)));
      if (lines.length === 0) return json ? 0 : print('No mail in these days.');
      return print(lines.join('\n'));
    });
  },
);
