import { beginPiece, codeOf, isTracing, type Span } from '../telemetry/index.js';
import { describeStatement } from './describe-statement.js';

type Callback = (error: unknown, ...rest: ReadonlyArray<unknown>) => unknown;

/**
 * Runs a statement as a span of the request that it belongs to; just runs it when that is not traced. Neither values
 * nor messages of errors reach the span.
 *
 * @param args of `query`: the statement first, a callback last or none
 * @param run sends it
 * @see https://opentelemetry.io/docs/specs/semconv/database/postgresql/
 */
export function traceStatement(args: ReadonlyArray<unknown>, run: (args: unknown[]) => unknown): unknown {
  const span = isTracing() ? beginStatement(args[0]) : undefined;
  if (span === undefined) {
    return run([...args]);
  }
  const callback = args.at(-1);
  if (typeof callback === 'function') {
    const told: Callback = (error, ...rest) => {
      finish(span, error);
      return (callback as Callback)(error, ...rest);
    };
    return run([...args.slice(0, -1), told]);
  }
  const running = run([...args]);
  if (running instanceof Promise) {
    running.then(
      () => finish(span, undefined),
      (error: unknown) => finish(span, error),
    );
  } else {
    // A cursor or a stream goes on for as long as somebody reads it.
    finish(span, undefined);
  }
  return running;
}

function beginStatement(statement: unknown): Span | undefined {
  const text =
    typeof statement === 'string' ? statement : (statement as { text?: unknown } | undefined)?.text;
  if (typeof text !== 'string') {
    return undefined;
  }
  const { summary, operation, sanitized } = describeStatement(text);
  return beginPiece({
    name: summary,
    kind: 'client',
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': operation,
      'db.query.summary': summary,
      'db.query.text': sanitized,
    },
  });
}

function finish(span: Span, error: unknown): void {
  if (error !== undefined && error !== null) {
    span.fail(codeOf(error));
  }
  span.end();
}
