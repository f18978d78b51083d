import { randomBytes } from 'node:crypto';

/** Where a request stands in a distributed trace. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, the same in every process that the request crosses. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, this process's part. */
  readonly spanId: string;
}

/** A later version than 00 may add parts, but begins alike. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
const NO_VERSION = 'ff';

/** Begins a new trace. */
export function startTrace(): TraceContext {
  return { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
}

/**
 * Goes on with the trace that a `traceparent` header names, or begins one when it is absent or malformed.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function continueTrace(traceparent: string | undefined): TraceContext {
  const [, version, traceId, parentId, added] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const isValid =
    traceId !== undefined &&
    version !== NO_VERSION &&
    (version !== '00' || added === undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(parentId ?? '0');
  return isValid ? { traceId, spanId: randomBytes(8).toString('hex') } : startTrace();
}

/** Writes the header that hands a trace on. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-01`;
}
