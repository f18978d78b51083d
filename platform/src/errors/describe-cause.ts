import { inspect, types } from 'node:util';

const MAXIMUM_DEPTH = 5;
/** Prisma quotes the call with its arguments, and sometimes the source around it, before it says what is wrong. */
const PRISMA_CALL = /^\s*Invalid `[^`]*` invocation/;
/** PostgreSQL quotes what it could not read. */
const QUOTED_VALUE = /(invalid input (?:syntax|value) for [^:]*: |out of range: |\bvalue )"[^]*"/;

/**
 * Puts an error and the chain of its causes into one line for logs, without the values that drivers quote: they
 * may be personal data or secrets. For the same reason nothing is told of a thrown object but its code, kind and
 * message; PostgreSQL's `detail` holds whole rows.
 *
 * @returns for example `fetch failed: connect ECONNREFUSED 127.0.0.1:4001`
 */
export function describeCause(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; current !== undefined && current !== null && depth < MAXIMUM_DEPTH; depth += 1) {
    const { message, errors, cause } = current as { message?: unknown; errors?: unknown; cause?: unknown };
    // Connecting to a name with several addresses fails with one error an address and no message of its own.
    if (message === '' && Array.isArray(errors)) {
      parts.push(errors.map((inner) => describeCause(inner)).join('; '));
      break;
    }
    parts.push(isError(current) ? withoutValues(current.message) || current.name : describeThrown(current));
    current = cause;
  }
  return [...new Set(parts)].join(': ');
}

/** Also true for errors of another realm, such as a worker's or a test runner's. */
function isError(value: unknown): value is Error {
  return value instanceof Error || types.isNativeError(value);
}

function withoutValues(message: string): string {
  const told = PRISMA_CALL.test(message) ? (message.trimEnd().split('\n').at(-1) ?? '') : message;
  return told.replace(QUOTED_VALUE, '$1"[redacted]"');
}

function describeThrown(thrown: unknown): string {
  if (typeof thrown !== 'object') {
    return typeof thrown === 'string' ? thrown : inspect(thrown);
  }
  const { originalCode, code, kind, originalMessage, message } = thrown as Readonly<Record<string, unknown>>;
  const told = [originalCode ?? code ?? kind, originalMessage ?? message].filter(
    (part) => typeof part === 'string' && part !== '',
  );
  return told.length > 0 ? withoutValues(told.join(' ')) : 'something that is not an error was thrown';
}
