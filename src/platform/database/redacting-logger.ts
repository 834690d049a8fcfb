import type { Logger } from 'typeorm';

/** Where the lines go. Each is one line without any value of a row. */
export type DatabaseLog = (level: 'info' | 'warn' | 'error', message: string) => void;

/**
 * TypeORM's own loggers print the parameters of a failed statement: addresses, digests, keys. This
 * one prints the statement with its placeholders, and of the error what names no value.
 */
export class RedactingLogger implements Logger {
  constructor(private readonly write: DatabaseLog) {}

  logQuery(): void {
    // Statements that worked are not worth a line.
  }

  logQueryError(error: string | Error, query: string): void {
    // A violated constraint is how the database answers "taken": the service tells its user. Where
    // nobody expected it, the error goes up and is logged there.
    if ((error as { code?: string }).code?.startsWith('23')) return;
    this.write('error', `${describeDatabaseError(error)} in: ${oneLine(query)}`);
  }

  logQuerySlow(time: number, query: string): void {
    this.write('warn', `Slow statement, ${time} ms: ${oneLine(query)}`);
  }

  logSchemaBuild(): void {
    // The executor's running commentary; failures arrive in logMigration and as errors.
  }

  logMigration(message: string): void {
    // "Migration "x" failed, error: ...": the reason has been written above, without values.
    this.write('error', message.split(', error:')[0] ?? message);
  }

  log(level: 'log' | 'info' | 'warn', message: unknown): void {
    this.write(level === 'warn' ? 'warn' : 'info', oneLine(String(message)));
  }
}

/**
 * A database error in one line without any value: code, table, column and constraint. The server's
 * message is left out for class 22 (bad value) because it repeats the value; its detail always.
 */
export function describeDatabaseError(error: unknown): string {
  if (!(error instanceof Error)) return 'Statement failed';
  const { code = '', table, column, constraint } = error as Error & Partial<Record<string, string>>;
  const parts = [
    code === '' ? error.name : `SQLSTATE ${code}`,
    table && `table ${table}`,
    column && `column ${column}`,
    constraint && `constraint ${constraint}`,
  ].filter(Boolean);
  const message = code.startsWith('22') ? '' : `: ${oneLine(error.message)}`;
  return `${parts.join(', ')}${message}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 500);
}
