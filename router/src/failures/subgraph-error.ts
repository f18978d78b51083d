import type { ErrorCode } from '@supergraph/platform/errors';

/** Where in a response something failed: response names and list indexes. */
export type ResponsePath = ReadonlyArray<string | number>;

/** An error as the router tells it: nothing in it is a subgraph's own but what was let through. */
export interface SubgraphError {
  readonly message: string;
  readonly path?: ResponsePath;
  readonly extensions: {
    readonly code: ErrorCode;
    readonly service: string;
    /** What lies behind it, for the log and the embedded default. */
    readonly cause?: string;
  };
}
