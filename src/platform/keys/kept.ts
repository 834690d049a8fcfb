import type { DataSource } from 'typeorm';

interface SealedColumn {
  target: unknown;
  property: string;
}

interface DigestColumn extends SealedColumn {
  live: string;
}

const sealed: SealedColumn[] = [];
const digested: DigestColumn[] = [];

/** Marks a column with what `Keys.seal` made, in the context "table id". */
export function Sealed(): PropertyDecorator {
  return ({ constructor }, property) => {
    sealed.push({ target: constructor, property: String(property) });
  };
}

/**
 * Marks the column with the number of the hash key behind a digest that may be asked for years later.
 * @param live SQL about the row: whether anybody can still ask for it; `$1` is now
 */
export function HashKeyNumber(live: string): PropertyDecorator {
  return ({ constructor }, property) => {
    digested.push({ target: constructor, property: String(property), live });
  };
}

/** A column whose rows are sealed. The names are those of the schema, never what somebody typed. */
export interface SealedPlace {
  table: string;
  id: string;
  column: string;
}

/** Every column that holds something sealed. */
export function sealedPlaces(dataSource: DataSource): SealedPlace[] {
  return sealed.map((each) => {
    const { tableName, primaryColumns, column } = describe(dataSource, each);
    return { table: tableName, id: primaryColumns[0]!.databaseName, column };
  });
}

/** Rows of a table that need a key of ours. */
export interface KeyNeed {
  kind: 'HASH_KEYS' | 'ENCRYPTION_KEYS';
  /** Null for a digest from before numbers were kept with it. */
  number: number | null;
  table: string;
  count: number;
}

/** SQL: the number of the key that something is sealed with, which it begins with. */
export const sealedNumber = (column: string) =>
  `('x' || encode(substr(${column}, 1, 4), 'hex'))::bit(32)::int`;

/** What needs which of the service's own keys, the newest keys first. */
export function countKeyNeeds(dataSource: DataSource, now: Date): Promise<KeyNeed[]> {
  const ofSealed = sealedPlaces(dataSource).map(
    ({ table, column }) =>
      `select 'ENCRYPTION_KEYS' as kind, ${sealedNumber(column)} as number, '${table}' as "table"
       from ${table} where ${column} is not null`,
  );
  const ofDigests = digested.map((each) => {
    const { tableName, column } = describe(dataSource, each);
    return `select 'HASH_KEYS', ${column}, '${tableName}' from ${tableName} where ${each.live}`;
  });
  return dataSource.query<KeyNeed[]>(
    `select kind, number, "table", count(*)::int as count
     from (${[...ofSealed, ...ofDigests].join(' union all ')}) needs
     where $1::timestamptz is not null
     group by kind, number, "table" order by kind desc, number desc nulls last, "table"`,
    [now],
  );
}

function describe(dataSource: DataSource, { target, property }: SealedColumn) {
  const { tableName, primaryColumns, columns } = dataSource.getMetadata(target as () => unknown);
  const column = columns.find(({ propertyName }) => propertyName === property)!.databaseName;
  return { tableName, primaryColumns, column };
}
