import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from './trace-context.js';

/** What is kept for the length of one request and reached from anywhere below it. */
export interface RequestScope {
  readonly trace: TraceContext;
  /** How many SQL statements it has cost so far, without BEGIN, COMMIT and ROLLBACK. */
  sqlStatements: number;
  /** When nobody waits for the answer any more, on the clock of `performance.now()`; undefined when nobody said. */
  deadline?: number;
}

const storage = new AsyncLocalStorage<RequestScope>();

/** Runs `work` as one request: whatever it starts finds its scope by {@link currentRequest}. */
export function runInRequest<Result>(trace: TraceContext, work: () => Result): Result {
  return storage.run({ trace, sqlStatements: 0 }, work);
}

/** Whether whoever asked has stopped waiting. */
export function isPastDeadline(): boolean {
  const { deadline } = currentRequest() ?? {};
  return deadline !== undefined && deadline <= performance.now();
}

/** The request that runs here, undefined outside of any. */
export function currentRequest(): RequestScope | undefined {
  return storage.getStore();
}
