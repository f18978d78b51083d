/** No GraphQL answer came: the endpoint was not reached, took too long or answered something else. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** The HTTP status, when there was an answer at all. */
  readonly status: number | undefined;

  constructor(message: string, options: { readonly status?: number; readonly cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.status = options.status;
  }
}
