import { AsyncLocalStorage } from 'node:async_hooks';
import type { TraceContext } from './trace-context.js';

/** What is kept for the length of one request and reached from anywhere below it. */
export interface RequestScope {
  readonly trace: TraceContext;
  /** How many SQL statements it has cost so far, without BEGIN, COMMIT and ROLLBACK. */
  sqlStatements: number;
}

const storage = new AsyncLocalStorage<RequestScope>();

/** Runs `work` as one request: whatever it starts finds its scope by {@link currentRequest}. */
export function runInRequest<Result>(trace: TraceContext, work: () => Result): Result {
  return storage.run({ trace, sqlStatements: 0 }, work);
}

/** The request that runs here, undefined outside of any. */
export function currentRequest(): RequestScope | undefined {
  return storage.getStore();
}
