/**
 * One line of CSV (RFC 4180). A cell that a spreadsheet could take for a formula gets an apostrophe
 * before it, so that it stays text (CWE-1236).
 */
export function csvLine(cells: (string | number | null | undefined)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/**
 * What spreadsheets begin a formula with, also in full width, and what hides such a sign. Behind
 * apostrophes as well: so that exactly the one that was put there is taken away again.
 */
const formula = /^'*(?:[\s\0]*[=+\-@＝＋－＠|%]|[\t\r\n\0])/u;

/** A cell as it was before `csvLine` put an apostrophe before it. */
export function withoutApostrophe(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}

function csvCell(value: string | number | null | undefined): string {
  if (typeof value === 'number') return String(value);
  const text = value ?? '';
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
