import type { DataSource } from 'typeorm';
import { csvLine } from '../platform/csv.js';
import { eventValues, type EventFilter, type EventRow, findEvents } from './events.query.js';

export type ExportForm = 'csv' | 'json';

const batch = 1000;

/** The events that fit, the oldest first, in pieces of text: CSV with a head, or a JSON array. */
export async function* exportEvents(
  dataSource: DataSource,
  filter: EventFilter,
  form: ExportForm,
): AsyncGenerator<string> {
  yield* writeEvents(batches(dataSource, filter), form);
}

/** The same of events from elsewhere. */
export async function* writeEvents(
  events: AsyncIterable<EventRow[]> | Iterable<EventRow[]>,
  form: ExportForm,
): AsyncGenerator<string> {
  const { head, row, between, foot } = forms[form];
  yield head;
  let first = true;
  for await (const rows of events) {
    const text = rows.map(row).join(between);
    yield first ? text : between + text;
    first = false;
  }
  yield foot;
}

async function* batches(dataSource: DataSource, filter: EventFilter): AsyncGenerator<EventRow[]> {
  for (let last = '0'; ;) {
    const rows = await findEvents(dataSource, filter, {
      where: `e.id > $${eventValues + 1}`,
      orderBy: 'e.id',
      values: [last],
      limit: batch,
    });
    if (rows.length > 0) yield rows;
    if (rows.length < batch) return;
    last = rows.at(-1)!.id;
  }
}

const columns: [string, (row: EventRow) => string | null][] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at.toISOString()],
  ['actor_id', ({ actorId }) => actorId],
  ['actor', ({ actor }) => actor],
  ['action', ({ action }) => action],
  ['subject_kind', ({ subjectKind }) => subjectKind],
  ['subject_id', ({ subjectId }) => subjectId],
  ['subject', ({ subject }) => subject],
  ['application_id', ({ applicationId }) => applicationId],
  ['application', ({ application }) => application],
  ['organisation_id', ({ organisationId }) => organisationId],
  ['organisation', ({ organisation }) => organisation],
  ['outcome', ({ outcome }) => outcome],
  ['detail', ({ detail }) => JSON.stringify(detail)],
  ['address', ({ address }) => address],
];

const forms = {
  csv: {
    head: csvLine(columns.map(([name]) => name)),
    row: (row: EventRow) => csvLine(columns.map(([, value]) => value(row))),
    between: '',
    foot: '',
  },
  json: {
    head: '[\n',
    row: (row: EventRow) =>
      JSON.stringify({
        ...Object.fromEntries(columns.map(([name, value]) => [name, value(row)])),
        detail: row.detail,
      }),
    between: ',\n',
    foot: '\n]\n',
  },
};
