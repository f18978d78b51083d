import { randomHex } from './random-identifiers.js';

/** Where a request stands in a distributed trace. */
export interface TraceContext {
  /** 32 lower-case hexadecimal digits, the same in every process that the request crosses. */
  readonly traceId: string;
  /** 16 lower-case hexadecimal digits, this process's part. */
  readonly spanId: string;
  /** Whether the trace is recorded; not told means that it may be. */
  readonly sampled?: boolean;
}

/** A later version than 00 may add parts, but begins alike. */
const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_VERSION = 'ff';
const SAMPLED = 1;

/** Begins a new trace. */
export function startTrace(): TraceContext {
  return { traceId: randomHex(16), spanId: randomHex(8) };
}

/**
 * Reads a `traceparent` header: the trace, and the part of it that asks.
 *
 * @returns undefined when it is absent or malformed
 * @see https://www.w3.org/TR/trace-context/
 */
export function readTraceparent(traceparent: string | null | undefined): TraceContext | undefined {
  const [, version, traceId, spanId, flags, added] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const isValid =
    traceId !== undefined &&
    spanId !== undefined &&
    version !== NO_VERSION &&
    (version !== '00' || added === undefined) &&
    !/^0+$/.test(traceId) &&
    !/^0+$/.test(spanId);
  return isValid ? { traceId, spanId, sampled: (parseInt(flags ?? '00', 16) & SAMPLED) !== 0 } : undefined;
}

/** Goes on with the trace that a `traceparent` header names, or begins one when it is absent or malformed. */
export function continueTrace(traceparent: string | undefined): TraceContext {
  const parent = readTraceparent(traceparent);
  return parent === undefined
    ? startTrace()
    : {
        traceId: parent.traceId,
        spanId: randomHex(8),
        ...(parent.sampled === false ? { sampled: false } : {}),
      };
}

/** Writes the header that hands a trace on. */
export function formatTraceparent(trace: TraceContext): string {
  return `00-${trace.traceId}-${trace.spanId}-${trace.sampled === false ? '00' : '01'}`;
}
