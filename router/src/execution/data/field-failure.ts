import type { ErrorCode } from '@supergraph/platform/errors';
import type { ResponseObject } from './response-object.js';

/** What is told of a failed field, wherever it stands. */
export interface FieldError {
  readonly message: string;
  readonly extensions: { readonly code: ErrorCode; readonly service?: string; readonly cause?: string };
}

/** An error, and how far below the position at which it is kept it happened. */
export interface PositionedError {
  readonly error: FieldError;
  /** Empty when it happened at the position itself; else the null went up from there. */
  readonly below: ReadonlyArray<string | number>;
}

/**
 * Stands in the response, while it is put together, where a value should be and is not, and says why. So an error
 * is told wherever its field lands in the client's response, and nowhere else.
 */
export class FieldFailure {
  /** Whether the client was told: what only the router asked for is in nobody's response. */
  told = false;

  constructor(
    /** Why. None when a subgraph knows no such entity, which is a failure only where null is not allowed. */
    readonly errors: ReadonlyArray<PositionedError>,
    /**
     * Whether a subgraph answered null here. What needs a field that was not answered at all is not fetched, since
     * its subgraph would reckon with a null that means nothing.
     */
    readonly delivered: boolean,
    /** The subgraph that knows no such entity. */
    readonly unknownTo: string | undefined = undefined,
    /** Puts the failure at the fields below, into an object that another fetch delivered here. */
    readonly spreadInto: ((object: ResponseObject) => void) | undefined = undefined,
  ) {}
}
