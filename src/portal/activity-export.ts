import { actionTexts } from '../audit/action-words.js';
import { csvLine } from '../platform/csv.js';
import { refusalReasons } from '../secrets/refusal-words.js';
import { detailOf, whoOf } from './activity.page.js';
import type { Done, RefusedCallRecord } from './activity.query.js';

export type ExportForm = 'csv' | 'json';

const batch = 1_000;

type Columns<T> = [name: string, value: (row: T) => string | null][];

export const doneColumns: Columns<Done> = [
  ['at', ({ at }) => at.toISOString()],
  ['who', whoOf],
  ['action', ({ action }) => action],
  ['what', ({ action }) => actionTexts[action]()],
  ['on', ({ subject }) => subject],
  ['detail', (row) => detailOf(row) ?? null],
  ['outcome', ({ outcome }) => outcome],
];

export const refusedColumns: Columns<RefusedCallRecord> = [
  ['at', ({ at }) => at.toISOString()],
  ['reason', ({ reason }) => reason],
  ['what', ({ reason }) => refusalReasons[reason]()],
  ['secret', ({ secret }) => secret],
  ['from', ({ address }) => address],
];

/**
 * The rows, the newest first, in pieces of text: CSV with a head, or a JSON array.
 * @param read up to `limit` rows that are older than the given one
 */
export async function* exportRows<T extends { id: string }>(
  columns: Columns<T>,
  form: ExportForm,
  read: (older: string | undefined, limit: number) => Promise<T[]>,
): AsyncGenerator<string> {
  const csv = form === 'csv';
  yield csv ? csvLine(columns.map(([name]) => name)) : '[';
  let between = '\n';
  for (let older: string | undefined; ;) {
    const rows = await read(older, batch);
    for (const row of rows) {
      const cells = columns.map(([name, value]) => [name, value(row)] as const);
      yield csv
        ? csvLine(cells.map(([, value]) => value))
        : between + JSON.stringify(Object.fromEntries(cells));
      between = ',\n';
    }
    if (rows.length < batch) break;
    older = rows.at(-1)!.id;
  }
  if (!csv) yield '\n]\n';
}
