import { describeCause } from '../errors/index.js';

const MAXIMUM_DEPTH = 5;

/** What a log line tells of an error. */
export interface DescribedError {
  /** The name of its class. */
  readonly type: string;
  readonly code?: string;
  /** The message and those of its causes, see {@link describeCause}. */
  readonly message: string;
  /** Where it was thrown, and where its causes were, without their messages. */
  readonly stack: string;
}

/**
 * Chooses what of an error goes to the log. Its other properties stay out: drivers put there the rows, the
 * arguments and the connection that the error is about, which hold personal data and secrets.
 */
export function describeError(error: unknown): DescribedError {
  const { code } = (error ?? {}) as { code?: unknown };
  return {
    type: typeNameOf(error),
    ...(typeof code === 'string' ? { code } : {}),
    message: describeCause(error),
    stack: describeStack(error),
  };
}

function describeStack(error: unknown): string {
  const lines: string[] = [];
  let current = error;
  for (let depth = 0; current !== undefined && current !== null && depth < MAXIMUM_DEPTH; depth += 1) {
    const { stack, cause } = current as { stack?: unknown; cause?: unknown };
    if (typeof stack === 'string') {
      lines.push(...(depth === 0 ? [] : [`caused by ${typeNameOf(current)}`]));
      // The lines before are the message.
      lines.push(...stack.split('\n').filter((line) => /^ {4}at /.test(line)));
    }
    current = cause;
  }
  return lines.join('\n');
}

function typeNameOf(value: unknown): string {
  const name = (value as { name?: unknown } | null | undefined)?.name;
  return typeof name === 'string' ? name : typeof value;
}
