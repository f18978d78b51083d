import type { ErrorCode } from '@supergraph/platform/errors';
import type { FetchOperation } from '../fetch/fetch-operation.js';

/** How one fetch of a request went. */
export interface FetchRecord {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
  /** The fetch of the plan. */
  readonly planned: FetchOperation;
  /** The operation that was sent. */
  readonly operation: string;
  /** Where in the response its entities are, `@` for every element of a list; empty for the root. */
  readonly path: ReadonlyArray<string | number>;
  /** When it began, in the milliseconds of `performance.now()`. */
  readonly startedAt: number;
  readonly durationMilliseconds: number;
  /** Objects of the response that it was for. */
  readonly objects: number;
  /** Representations that were sent for them; 0 for fields of the root type. */
  readonly representations: number;
  /** Of the representations, or of the fetches of root fields (1), those that a cache answered. */
  readonly cached: number;
  /** Characters of the answer; undefined when there was none. */
  readonly answerLength: number | undefined;
  /** SQL statements that the subgraph needed; undefined when it did not tell, which it does only when asked. */
  readonly sqlStatements: number | undefined;
  /** Why there was no answer. */
  readonly failure: ErrorCode | undefined;
}
