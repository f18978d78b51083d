import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type Context,
  type Span as RecordedSpan,
  type Tracer,
} from '@opentelemetry/api';
import { currentRequest, runInRequest } from './request-scope.js';
import type { TraceContext } from './trace-context.js';

/** A piece of work in a trace, from its beginning to its end. */
export interface Span {
  /** What the work's own pieces, and whoever it asks, go on from. */
  readonly trace: TraceContext;
  /** Adds what is known of it by now. Never put personal data here. */
  set(attributes: Attributes): void;
  /** Tells that it failed, by a code and nothing else: a message could hold personal data. */
  fail(code: string): void;
  end(): void;
}

/** What a span begins with. */
export interface SpanOptions {
  readonly name: string;
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  /** What it is a piece of; undefined begins a trace. */
  readonly parent: TraceContext | undefined;
  /** Other traces that it has to do with. */
  readonly links?: ReadonlyArray<TraceContext>;
  readonly attributes?: Attributes;
  /** When it began, in the milliseconds of `performance.now()`; now when not given. */
  readonly startedAt?: number;
}

/** What makes spans while tracing is on. */
export interface SpanSource {
  readonly tracer: Tracer;
  /** Whether a piece of work that is not recorded has no recorded pieces. */
  readonly honoursParent: boolean;
}

let source: SpanSource | undefined;

/** Switches tracing on or, with undefined, off. */
export function useSpanSource(next: SpanSource | undefined): void {
  source = next;
}

/** Whether spans are recorded at all. */
export function isTracing(): boolean {
  return source !== undefined;
}

/** Begins a span; undefined when tracing is off or the trace is not recorded, and nothing is allocated then. */
export function beginSpan(options: SpanOptions): Span | undefined {
  if (source === undefined || (source.honoursParent && options.parent?.sampled === false)) {
    return undefined;
  }
  const { name, kind, parent, links, attributes, startedAt } = options;
  const recorded = source.tracer.startSpan(
    name,
    {
      kind: KINDS[kind],
      ...(attributes === undefined ? {} : { attributes }),
      ...(links === undefined ? {} : { links: links.map((link) => ({ context: toSpanContext(link) })) }),
      ...(startedAt === undefined ? {} : { startTime: performance.timeOrigin + startedAt }),
    },
    contextOf(parent),
  );
  return new OpenSpan(recorded);
}

/** Runs work as a span of its own; just runs it when tracing is off. Whatever rejects or throws is told by its code. */
export async function runInSpan<Result>(options: SpanOptions, work: () => Promise<Result>): Promise<Result> {
  const span = beginSpan(options);
  if (span === undefined) {
    return work();
  }
  try {
    return await runInRequest(span.trace, work);
  } catch (error) {
    span.fail(codeOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Begins a piece of the request that runs here; undefined outside of any, and when tracing is off. */
export function beginPiece(options: Omit<SpanOptions, 'parent'>): Span | undefined {
  if (source === undefined) {
    return undefined;
  }
  const request = currentRequest();
  return request === undefined ? undefined : beginSpan({ ...options, parent: request.trace });
}

/** A short name for what went wrong: the error's code, else its class. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

class OpenSpan implements Span {
  readonly trace: TraceContext;

  constructor(private readonly recorded: RecordedSpan) {
    const { traceId, spanId, traceFlags } = recorded.spanContext();
    this.trace = { traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 };
  }

  set(attributes: Attributes): void {
    this.recorded.setAttributes(attributes);
  }

  fail(code: string): void {
    this.recorded.setAttribute('error.type', code);
    this.recorded.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.recorded.end();
  }
}

function contextOf(parent: TraceContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent));
}

function toSpanContext({ traceId, spanId, sampled }: TraceContext) {
  return {
    traceId,
    spanId,
    traceFlags: sampled === false ? TraceFlags.NONE : TraceFlags.SAMPLED,
    isRemote: true,
  };
}
