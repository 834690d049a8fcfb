const connectionFaults = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** True for what the same statement may do at another time: the database is away, or another transaction was in its way. */
export function mayWorkLater(error: unknown): boolean {
  return unavailable(error) || /^40/.test(codeOf(error) ?? '');
}

/** True when nothing can be asked at present, so that whoever waits behind need not wait as long. */
export function isAway(error: unknown): boolean {
  return unavailable(error) && !/^(57014|55P03)$/.test(codeOf(error) ?? '');
}

function codeOf(error: unknown): string | undefined {
  const { code, driverError } = (error ?? {}) as { code?: unknown; driverError?: unknown };
  if (driverError && driverError !== error) return codeOf(driverError);
  return typeof code === 'string' ? code : undefined;
}

/**
 * True when an error says that the database is away or overloaded (SQLSTATE classes 08, 53, 57, a lock
 * that was waited for too long, or a fault of the connection), so that the caller may try again later.
 */
export function unavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, driverError, message } = error as {
    code?: unknown;
    driverError?: unknown;
    message?: unknown;
  };
  if (driverError && driverError !== error) return unavailable(driverError);
  if (typeof code === 'string') {
    if (code === 'ENOENT') return (error as { syscall?: unknown }).syscall === 'connect';
    return connectionFaults.has(code) || /^(08|53|57|55P03)/.test(code);
  }
  return (
    typeof message === 'string' &&
    /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout/i.test(
      message,
    )
  );
}
