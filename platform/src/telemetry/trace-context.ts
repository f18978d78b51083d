import { randomBytes } from 'node:crypto';

/** Where a request stands in a distributed trace. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, the same in every process that the request crosses. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, this process's part. */
  readonly spanId: string;
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

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
  const match = traceparent === undefined ? null : TRACEPARENT.exec(traceparent);
  const traceId = match?.[1];
  if (traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(match?.[2] ?? '0')) {
    return startTrace();
  }
  return { traceId, spanId: randomBytes(8).toString('hex') };
}

/** Writes the header that hands a trace on. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-01`;
}
