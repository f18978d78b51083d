import type { ErrorCode } from './catalogue.js';

/**
 * A refusal or failure that a client may be told about: a stable code and plain words. Everything else
 * that is thrown is taken for a bug and masked.
 *
 * The `cause` goes to the log, and to clients on the embedded default only.
 */
export class ApplicationError extends Error {
  override readonly name = 'ApplicationError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly details?: Readonly<Record<string, unknown>> } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }

  /** More for programs, added to the error's `extensions`. */
  readonly details: Readonly<Record<string, unknown>>;
}
