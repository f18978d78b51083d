import type { Span } from '@supergraph/platform/telemetry';
import type { DebugRecording } from './debug/debug-recording.js';

/** What is noted of a request while it runs. */
export interface ObservedRequest {
  /** When it began, in the milliseconds of `performance.now()`. */
  readonly startedAt: number;
  /** Undefined unless somebody who may asked for the plan. */
  readonly debug: DebugRecording | undefined;
  /** Of its operation; undefined when it is not traced. */
  span: Span | undefined;
  /** Name of its operation among the bounded ones; undefined until it is known. */
  operationName: string | undefined;
  /** Milliseconds that it took to plan it; 0 when a plan was there. */
  planMilliseconds: number;
}
