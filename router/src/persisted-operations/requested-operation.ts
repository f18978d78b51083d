/** The operation of a request, as far as it can be told before GraphQL begins. */
export interface RequestedOperation {
  readonly text: string | undefined;
  /** Of the operation that is meant, when the request names it in place of its text or beside it. */
  readonly id: string | undefined;
  readonly operationName: string | undefined;
  readonly variables: unknown;
}

/** An operation that was let in. */
export interface AdmittedOperation {
  readonly text: string;
  /** Of the registered operation that it is. */
  readonly id?: string;
  /** The hash under which it is to be kept when it turns out to be right. */
  readonly keepAs?: string;
}
