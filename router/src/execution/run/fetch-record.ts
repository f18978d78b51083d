import type { ErrorCode } from '@supergraph/platform/errors';

/** How one fetch of a request went. */
export interface FetchRecord {
  readonly subgraph: string;
  readonly kind: 'query' | 'mutation';
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
  /** Characters of the answer; undefined when there was none. */
  readonly answerLength: number | undefined;
  /** Why there was no answer. */
  readonly failure: ErrorCode | undefined;
}
