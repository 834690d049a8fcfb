import { FixedClock, SystemClock } from '../platform/clock.js';
import { parseInstant } from '../platform/instant.js';
import { forecastJson, forecastText } from '../reminders/forecast-print.js';
import { Forecasts } from '../reminders/forecasts.service.js';
import { command, print } from './command.js';
import { remoteForecast } from './remote/forecast.js';
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
           (against another machine, to 366 and from today)
  --json   prints one line per mail {"at","day","to","secrets"}; "to" is null for nobody`,
  },
  ({ 'as-of': asOf, days, json }) => {
    checkDays(days, 400);
    const clock = asOf ? new FixedClock(parseInstant(asOf)) : new SystemClock();
    return withFeatures(clock, async (app) => {
      const { mails } = await app.get(Forecasts).of({}, clock.now(), Number(days), null);
      return show(
        mails.map((mail) => (json ? forecastJson(mail) : forecastText(mail))),
        json,
      );
    });
  },
  async (service, { 'as-of': asOf, days, json }) => {
    if (asOf) throw new RangeError('--as-of works on the server alone, without KEYTURN_URL.');
    checkDays(days, 366);
    const { lines, cut } = await remoteForecast(service, days, json);
    if (cut) console.error('Not every secret was looked at: ask for fewer days.');
    return show(lines, json);
  },
);

function checkDays(days: string, most: number): void {
  if (/^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= most) return;
  throw new RangeError(`--days should be a number from 1 to ${most}, e.g. --days 30`);
}

function show(lines: string[], json: boolean): number {
  if (lines.length === 0) return json ? 0 : print('No mail in these days.');
  return print(lines.join('\n'));
}
