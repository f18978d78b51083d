/** A plan and how it went, as the response's `extensions.plan` tells it. Times are milliseconds since the request began. */
export interface DescribedPlan {
  readonly operation: { readonly name: string | null; readonly type: string };
  /** How long it took to plan the operation; 0 when a plan was there. */
  readonly planMilliseconds: number;
  /** From the beginning of the request until the response was put together. */
  readonly totalMilliseconds: number;
  /** Null when there was nothing to fetch. */
  readonly node: DescribedNode | null;
}

/** A part of a plan. */
export type DescribedNode =
  | { readonly kind: 'sequence' | 'parallel'; readonly nodes: ReadonlyArray<DescribedNode> }
  | { readonly kind: 'flatten'; readonly path: ReadonlyArray<string | number>; readonly node: DescribedNode }
  | {
      readonly kind: 'condition';
      readonly variable: string;
      readonly whenTrue: DescribedNode | null;
      readonly whenFalse: DescribedNode | null;
    }
  | DescribedFetch;

/** A fetch of a plan. */
export interface DescribedFetch {
  readonly kind: 'fetch';
  readonly subgraph: string;
  /** The text of the operation that was sent. */
  readonly operation: string;
  /** Null when it was not needed: nothing was there to fetch for. */
  readonly run: FetchRun | null;
}

/** How a fetch went. */
export interface FetchRun {
  readonly startMilliseconds: number;
  readonly durationMilliseconds: number;
  /** Objects of the response that it was for. */
  readonly objects: number;
  /** Representations of entities that it asked for; 0 for fields of the root type. */
  readonly representations: number;
  /** How many of them the entity cache answered. */
  readonly cached: number;
  /** SQL statements that the subgraph needed; null when it did not tell. */
  readonly sqlStatements: number | null;
  /** Characters of the subgraph's answer; null when there was none. */
  readonly answerLength: number | null;
  /** The code of what went wrong; null when nothing did. */
  readonly failure: string | null;
}
