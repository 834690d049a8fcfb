import { FixedClock, SystemClock } from '../platform/clock.js';
import { parseInstant } from '../platform/instant.js';
import { Reminders } from '../reminders/reminders.service.js';
import { command, print } from './command.js';
import { ProgressBar } from './progress-bar.js';
import { withFeatures } from './with-features.js';

export const remind = command(
  {
    name: 'remind',
    summary: 'Sends the reminders that are due, once.',
    options: { 'as-of': { type: 'string' }, json: { type: 'boolean', default: false } },
    details: `
  --as-of  an instant such as 2027-01-03T07:00:00Z, or a day; now when absent
  --json   prints one line {"due","sent","failed","skipped","noRecipient"}

Exit status: 0, or 1 when a mail failed or another instance is sending.`,
  },
  ({ 'as-of': asOf, json }) => {
    warnOfDaysToCome(asOf);
    const clock = asOf ? new FixedClock(parseInstant(asOf)) : new SystemClock();
    // Standard output belongs to the answer, and a file or another program wants no bar.
    const bar = process.stderr.isTTY && !json ? new ProgressBar(process.stderr) : undefined;
    return withFeatures(clock, async (app) => {
      const result = await app.get(Reminders).run({ force: true, watch: bar?.show });
      bar?.end();
      if (!result) {
        console.error('Another instance is sending the reminders right now.');
        return 1;
      }
      const { due, sent, failed, skipped, noRecipient } = result;
      print(
        json
          ? JSON.stringify({ due, sent, failed, skipped, noRecipient })
          : `${due} due, ${sent} sent, ${failed} failed, ${skipped} skipped, ${noRecipient} without a recipient`,
      );
      return failed > 0 ? 1 : 0;
    });
  },
);

function warnOfDaysToCome(asOf: string | undefined): void {
  if (!asOf || parseInstant(asOf) <= new SystemClock().now()) return;
  console.error(
    `${asOf} lies ahead. Real mails are sent as of then, and what is sent now will not be sent again when that day comes.\n` +
      'To look ahead without sending anything: keyturn forecast',
  );
}
