/**
 * SQLSTATEs by which PostgreSQL says that it cannot serve now: connection, resources, operator, system; a lock or a
 * statement that took too long; a transaction that lost against another.
 */
const UNAVAILABLE_STATES = /^(08|53|57P0|57014|58|55P03|40001|40P01)/;
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EHOSTUNREACH',
]);
/** Prisma: cannot reach, timed out, closed the connection, no connection from the pool, transaction lost. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037']);
const MESSAGES =
  /timeout exceeded when trying to connect|Connection terminated|is not queryable|Query read timeout|Can't reach database server/i;

/**
 * Tells whether an error, or one of its causes, says that the database is away, so that trying again later
 * makes sense.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; current !== undefined && current !== null && depth < 6; depth += 1) {
    if (saysUnavailable(current)) {
      return true;
    }
    const { cause, meta, driverAdapterError, errors } = current as {
      cause?: unknown;
      meta?: { driverAdapterError?: unknown };
      driverAdapterError?: unknown;
      errors?: unknown;
    };
    if (Array.isArray(errors) && errors.some((inner) => isDatabaseUnavailable(inner))) {
      return true;
    }
    current = cause ?? meta?.driverAdapterError ?? driverAdapterError;
  }
  return false;
}

function saysUnavailable(error: unknown): boolean {
  const { code, originalCode, kind, message } = error as {
    code?: unknown;
    originalCode?: unknown;
    kind?: unknown;
    message?: unknown;
  };
  const codes = [code, originalCode].filter((value) => typeof value === 'string');
  return (
    codes.some(
      (value) => UNAVAILABLE_STATES.test(value) || NETWORK_CODES.has(value) || PRISMA_CODES.has(value),
    ) ||
    kind === 'DatabaseNotReachable' ||
    kind === 'ConnectionClosed' ||
    kind === 'SocketTimeout' ||
    (typeof message === 'string' && MESSAGES.test(message))
  );
}
