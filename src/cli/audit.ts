import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AuditCheck } from '../audit/audit-check.service.js';
import { exportEvents, writeEvents } from '../audit/event-export.js';
import type { EventFilter } from '../audit/events.query.js';
import { breakText } from '../audit/chain.js';
import { keptHead } from '../audit/kept-head.js';
import { SystemClock } from '../platform/clock.js';
import { type InstantRange, rangeOfDays } from '../platform/day-range.js';
import { parseUtcDay } from '../platform/utc-day.js';
import { command, print } from './command.js';
import { remoteEvents } from './remote/events.js';
import { withFeatures } from './with-features.js';

export const auditVerify = command(
  {
    name: 'audit verify',
    summary: 'Checks the whole chain of the audit and names the first broken place.',
    options: { head: { type: 'string' }, json: { type: 'boolean', default: false } },
    details: `
  --head  a file with a head that "keyturn audit head" printed earlier, or a mail with one as it came:
          the chain must still go through it, so that a chain made anew is noticed too
  --json  prints one line {"intact",…}

Exit status: 0 when the chain is intact, 1 when it is broken, 2 for a wrong call.`,
  },
  ({ head, json }) =>
    withFeatures(new SystemClock(), async (app) => {
      const kept = head === undefined ? undefined : keptHead(await readFile(head, 'utf8'));
      const verdict = await app.get(AuditCheck).verify(kept, json ? undefined : progress);
      const text = verdict.intact
        ? `The chain is intact: ${verdict.events} events.${kept ? ' It goes through the head in the file.' : ''}`
        : `The chain is broken. ${breakText(verdict.broken)}`;
      print(json ? JSON.stringify(verdict) : text);
      return verdict.intact ? 0 : 1;
    }),
);

export const auditHead = command(
  {
    name: 'audit head',
    summary: 'Prints the signed head of the audit, to be kept outside.',
    options: {},
    details: `
Prints one line {"position","hash","at","signature"}. Keep it where the database's operators cannot
write, every day, and give it to "keyturn audit verify --head".`,
  },
  () =>
    withFeatures(new SystemClock(), async (app) =>
      print(JSON.stringify(await app.get(AuditCheck).head())),
    ),
);

export const auditExport = command(
  {
    name: 'audit export',
    summary: 'Writes events to standard output, the oldest first.',
    options: {
      form: { type: 'string', default: 'csv' },
      from: { type: 'string' },
      to: { type: 'string' },
    },
    details: `
  --form  csv or json
  --from  the first day, such as 2027-01-31
  --to    the last day

Against another machine the names of applications and organisations are left empty, their ids are there.`,
  },
  ({ form, from, to }) => {
    if (form !== 'csv' && form !== 'json') throw new RangeError('--form is csv or json.');
    const filter: EventFilter = { who: '', actions: [], subject: '', ...daysOf(from, to) };
    return withFeatures(new SystemClock(), async (_app, { platform }) => {
      const events = exportEvents(platform.dataSource, filter, form);
      await pipeline(Readable.from(events), process.stdout, { end: false });
      return 0;
    });
  },
  async (service, { form, from, to }) => {
    if (form !== 'csv' && form !== 'json') throw new RangeError('--form is csv or json.');
    const rows = await remoteEvents(service, daysOf(from, to));
    const events = writeEvents(rows.length > 0 ? [rows] : [], form);
    await pipeline(Readable.from(events), process.stdout, { end: false });
    return 0;
  },
);

/** @throws RangeError that says what is expected */
function daysOf(from: string | undefined, to: string | undefined): InstantRange {
  for (const text of [from, to]) {
    if (text !== undefined && !parseUtcDay(text)) {
      throw new RangeError(`"${text}" is not a day; write it like 2027-01-31.`);
    }
  }
  return rangeOfDays(from ?? '', to ?? '');
}

/** Long walks say on standard error how far they are. */
function progress(links: number): void {
  if (links > 0 && links % 100_000 === 0) console.error(`${links} events read`);
}
