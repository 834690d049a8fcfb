import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';

/** An open transaction, handed from the use case that opened it to everything that writes in it. */
export type Tx = EntityManager;

/**
 * Runs `work` in one transaction: commits its result, or rolls back and passes on what it threw.
 * Inside, use only the given `tx`; anything else would talk to the database beside the transaction.
 * Within an open transaction it is a savepoint: what fails is undone, and the outer one can go on.
 */
export function inTransaction<T>(
  source: DataSource | Tx,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return source.transaction(work);
}

/**
 * Did this statement fail because of the named constraint (unique key, foreign key, check)? The
 * service then turns the name into a sentence for the user, instead of looking before it writes.
 * Inside a transaction everything is lost after such a failure: catch it outside.
 */
export function violated(error: unknown, constraintName: string): boolean {
  return driverError(error)?.constraint === constraintName;
}

/**
 * PostgreSQL's five-character code of a failed statement, for example 40001 (serialization) or
 * 57014 (timeout); undefined when the error does not come from the database.
 */
export function databaseErrorCode(error: unknown): string | undefined {
  return driverError(error)?.code;
}

function driverError(error: unknown): { code?: string; constraint?: string } | undefined {
  return error instanceof QueryFailedError
    ? (error.driverError as { code?: string; constraint?: string })
    : undefined;
}
