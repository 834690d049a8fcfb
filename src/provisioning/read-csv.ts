import { CsvError, type Info, parse } from 'csv-parse/sync';
import { withoutApostrophe } from '../platform/csv.js';
import { t } from '../platform/language/speaking.js';
import {
  type Cell,
  isList,
  type Problem,
  type RawRow,
  type ReadFile,
  type RowKind,
  rowKinds,
  shapes,
  type Use,
} from './rows.js';

const columns = new Set(['row', ...rowKinds.flatMap((kind) => Object.keys(shapes[kind]))]);

/** A file whose first line begins with the column `row` is CSV, with commas or semicolons. */
export function looksLikeCsv(text: string): boolean {
  return /^\s*"?row"?\s*[,;]/i.test(text);
}

/** Reads CSV (RFC 4180): a head, and in the column `row` of each line what it describes. */
export function readCsv(text: string): ReadFile {
  const problems: Problem[] = [];
  const head = /^[^\r\n]*/.exec(text)![0];
  const records = recordsOf(text, head.includes(';') && !head.includes(',') ? ';' : ',', problems);
  const [first, ...rest] = records;
  if (!first) return { rows: [], kinds: new Set(), problems };
  const names = first.cells.map((cell) => cell.trim().toLowerCase());
  problems.push(...problemsOfHead(names));
  const rows = problems.length > 0 ? [] : rest.flatMap((record) => rowOf(record, names, problems));
  return { rows, kinds: new Set(rows.map(({ kind }) => kind)), problems };
}

interface Line {
  /** Where it begins; a quoted cell may go on over several lines. */
  line: number;
  cells: string[];
}

function recordsOf(text: string, delimiter: string, problems: Problem[]): Line[] {
  const records: Line[] = [];
  let begin = 1;
  try {
    parse(text, {
      delimiter,
      info: true,
      raw: true,
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: 100_000,
      on_record: (entry: unknown) => {
        const { record, raw } = entry as { record: string[]; raw: string; info: Info };
        records.push({ line: begin, cells: record });
        begin += raw.split(/\r\n|\n|\r/).length - 1;
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    problems.push({ line: begin, column: 1, text: wordsOf(error) });
  }
  return records;
}

/** The library's sentences speak of its options. */
function wordsOf({ code }: CsvError): string {
  const texts: Record<string, string> = {
    CSV_QUOTE_NOT_CLOSED: t`A quotation mark is opened in this row and never closed.`,
    INVALID_OPENING_QUOTE: t`A quotation mark stands in the middle of a cell. Put the whole cell in quotation marks, and double the one inside.`,
    CSV_INVALID_CLOSING_QUOTE: t`After a closing quotation mark a comma must follow. Double a quotation mark inside a cell.`,
    CSV_MAX_RECORD_SIZE: t`This row is too long. Is a quotation mark missing?`,
  };
  return texts[code] ?? t`This row is not CSV.`;
}

function problemsOfHead(names: string[]): Problem[] {
  return names.flatMap((name, at) => {
    const column = at + 1;
    if (!columns.has(name)) {
      return [{ line: 1, column, text: t`There is no column "${name.slice(0, 40)}".` }];
    }
    return names.indexOf(name) < at
      ? [{ line: 1, column, text: t`The column "${name}" is there twice.` }]
      : [];
  });
}

function rowOf({ line, cells }: Line, names: string[], problems: Problem[]): RawRow[] {
  if (cells.every((cell) => cell.trim() === '')) return [];
  if (cells.length > names.length) {
    const text = t`This row has ${cells.length} cells, the first line ${names.length}.`;
    problems.push({ line, column: names.length + 1, text });
    return [];
  }
  const kind = (cells[names.indexOf('row')] ?? '').trim().toLowerCase();
  if (!rowKinds.includes(kind as RowKind)) {
    const kinds = rowKinds.join(', ');
    const text = t`The column "row" says what this line is: ${kinds}.`;
    problems.push({ line, column: names.indexOf('row') + 1, text });
    return [];
  }
  const found = cells.flatMap((cell, at): [string, Cell][] => {
    const name = names[at]!;
    if (name === 'row' || cell === '') return [];
    const position = { line, column: at + 1 };
    const text = withoutApostrophe(cell);
    const use = shapes[kind as RowKind][name];
    const value = isList(use)
      ? itemsOf(text, use).map((item) => ({ at: position, text: item }))
      : text;
    return [[name, { at: position, value }]];
  });
  return [{ kind: kind as RowKind, at: { line, column: 1 }, cells: new Map(found) }];
}

/** `none` says that there are none; an empty cell says nothing. */
function itemsOf(text: string, use: Use | undefined): string[] {
  const between = use === 'addresses' ? /\s+/ : /[\s,;]+/;
  return text.trim() === 'none' ? [] : text.split(between).filter(Boolean);
}
