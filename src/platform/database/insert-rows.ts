import { snakeCase } from './snake-naming.strategy.js';
import type { Tx } from './tx.js';

const batch = 2_000;

/**
 * Inserts many rows with a few statements.
 * @param columns the types of the columns, by the names of the rows' properties
 */
export async function insertRows<Columns extends Record<string, string>>(
  tx: Tx,
  table: string,
  columns: Columns,
  rows: readonly Record<keyof Columns, unknown>[],
): Promise<void> {
  const names = Object.keys(columns);
  const targets = names.map(snakeCase).join(', ');
  const sources = names.map((name, at) => `$${at + 1}::${columns[name]}[]`).join(', ');
  for (let from = 0; from < rows.length; from += batch) {
    const part = rows.slice(from, from + batch);
    await tx.query(
      `insert into ${table} (${targets}) select * from unnest(${sources})`,
      names.map((name) => part.map((row) => written(row[name], columns[name]!))),
    );
  }
}

function written(value: unknown, type: string): unknown {
  return type === 'jsonb' ? JSON.stringify(value) : value;
}
