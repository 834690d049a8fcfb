const connectionFaults = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** True for what the same statement may do at another time: the database is away, or another transaction was in its way. */
export function mayWorkLater(error: unknown): boolean {
  return unavailable(error) || /^40/.test(codeOf(error) ?? '');
}

/** True when nothing can be asked at present, so that whoever waits behind need not wait as long. */
export function isAway(error: unknown): boolean {
  return unavailable(error) && !/^(57014|55P03)$/.test(codeOf(error) ?? '');
}

/**
 * True when an error says that the database is away or overloaded (SQLSTATE classes 08, 53, 57, a lock
 * that was waited for too long, or a fault of the connection), so that the caller may try again later.
 */
export function unavailable(error: unknown): boolean {
  const { message, syscall } = faultOf(error);
  const code = codeOf(error);
  if (code === 'ENOENT') return syscall === 'connect';
  if (code !== undefined) return connectionFaults.has(code) || /^(08|53|57|55P03)/.test(code);
  return (
    typeof message === 'string' &&
    /connection terminated|timeout exceeded when trying to connect|timeout expired|query read timeout/i.test(
      message,
    )
  );
}

function codeOf(error: unknown): string | undefined {
  const { code } = faultOf(error);
  return typeof code === 'string' ? code : undefined;
}

interface Fault {
  code?: unknown;
  message?: unknown;
  syscall?: unknown;
  driverError?: unknown;
}

/** What the driver threw, without what the ORM wrapped around it. */
function faultOf(error: unknown): Fault {
  if (typeof error !== 'object' || error === null) return {};
  const { driverError } = error as Fault;
  return driverError && driverError !== error ? faultOf(driverError) : error;
}
